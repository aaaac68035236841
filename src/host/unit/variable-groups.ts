import type { PropertyGroup } from "./transient-properties.js";
import type { UnitEnvironment, UnitVariable } from "./unit-environment.js";

/**
 * The variables that the unit itself sets, to be left out one by one when it is asked which of them is in
 * the way. Not HOME, which is compared with the profile's before anything is tried. Pure.
 */
export function variableGroups({ variables }: UnitEnvironment): readonly PropertyGroup[] {
  return [...variables.values()]
    .filter(({ name, from }) => name !== "HOME" && from !== "systemctl show-environment")
    .map((variable) => ({
      name: shown(variable),
      variable: variable.name,
      ...(variable.where && { where: variable.where }),
      assignments: [],
      instead: [`UnsetEnvironment=${variable.name}`],
      mayBeNeeded: true,
      network: false,
      byManager: false,
    }));
}

function shown({ name, from }: UnitVariable): string {
  return from === "Environment=" ? `${from}${name}` : `${name} (${from})`;
}
