import type { Problem, Where } from "../../problem/problem.js";
import type { Host } from "../host.js";
import { environmentFileVariables } from "./environment-files.js";
import { type ManagerDefaults, noDefaults } from "./manager-defaults.js";
import type { UnitFiles } from "./unit-files.js";
import type { UnitSettings } from "./unit-settings.js";

/** What sets a variable, as its readers know it; the last: for all services. */
export type VariableSource =
  | "Environment="
  | "EnvironmentFile="
  | "PassEnvironment="
  | "systemctl show-environment";

/** In a sentence: the thing that sets it. */
export function sourceText(from: VariableSource | "ExecStart="): string {
  return from === "systemctl show-environment"
    ? `the service manager's environment (${from})`
    : `${from} in the unit`;
}

/** A variable that the unit gives to its processes. */
export interface UnitVariable {
  readonly name: string;
  /** May be a secret: never to be shown. */
  readonly value: string;
  readonly from: VariableSource;
  /** Where it is set; undefined if that was not found. */
  readonly where: Where | undefined;
}

export interface UnitEnvironment {
  /**
   * By name: of several with one name, the one that counts. Without those that the service manager sets by
   * itself (HOME, USER), and, for all but root, those of PassEnvironment=, whose values it alone knows.
   */
  readonly variables: ReadonlyMap<string, UnitVariable>;
  /** Files of EnvironmentFile= that could not be read: more variables may be set there. */
  readonly unread: readonly Problem[];
  /** Files of EnvironmentFile= without which the unit cannot start, and that are not there. */
  readonly missing: readonly string[];
}

/**
 * The environment that the unit's settings and files make, by systemd's rules: the service manager's comes
 * first, then PassEnvironment=, Environment=, files, later ones after earlier ones, and UnsetEnvironment=
 * after all (systemd.exec(5)). `owners`: whose folders are trusted besides root's.
 */
export function unitEnvironment(
  host: Pick<Host, "files">,
  settings: UnitSettings,
  placed: UnitFiles,
  {
    owners = [],
    manager = noDefaults,
  }: { readonly owners?: readonly number[]; readonly manager?: ManagerDefaults } = {},
): UnitEnvironment {
  const ofFiles = environmentFileVariables(host.files(...owners), settings.environmentFiles);
  const variables = new Map<string, UnitVariable>();
  for (const [name, value] of manager.environment)
    if (!isOfLogin(name, settings))
      variables.set(name, { name, value, from: "systemctl show-environment", where: undefined });
  for (const name of settings.passEnvironment) {
    const value = manager.own.get(name);
    if (value !== undefined)
      variables.set(name, {
        name,
        value,
        from: "PassEnvironment=",
        where: placed.whereIs("PassEnvironment"),
      });
  }
  for (const [name, value] of settings.environment)
    variables.set(name, { name, value, from: "Environment=", where: placed.whereIsVariable(name) });
  for (const { name, value, where } of ofFiles.variables)
    variables.set(name, { name, value, from: "EnvironmentFile=", where });
  for (const unset of settings.unsetEnvironment) {
    const [name = "", ...value] = unset.split("=");
    if (value.length === 0 || variables.get(name)?.value === value.join("=")) variables.delete(name);
  }
  return { variables, unread: ofFiles.unread, missing: ofFiles.missing };
}

/** It sets these itself for the unit's user, after its own. */
function isOfLogin(name: string, { user, dynamicUser }: UnitSettings): boolean {
  return user !== undefined && (name === "HOME" ? !dynamicUser : /^(?:USER|LOGNAME|SHELL)$/.test(name));
}
