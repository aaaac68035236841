import { whyNoTransientUnit } from "../../host/unit/transient-unit.js";
import type { Host } from "../../host/host.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import type { UnitSettings } from "../../host/unit/unit-settings.js";
import { hasWalls, type ServiceUnit, serviceUnit } from "../../pkcs11/unit/service-unit.js";
import { notRehearsed, notTried } from "../../pkcs11/unit/unit-problems.js";
import type { Problem } from "../../problem/problem.js";

/** The unit to test in; or what is to be said instead, if anything. */
export type Unit = { readonly unit: ServiceUnit } | { readonly instead: readonly Problem[] };

/**
 * A unit in which a process can be different from one of its account: then it is worth a test of its own.
 * Nothing is said where it is not, or where there is no unit at all.
 */
export async function unitToTestIn(host: Host, settings: UnitSettings | undefined): Promise<Unit> {
  if (settings === undefined || process.geteuid?.() !== 0) return { instead: [] };
  const why = whyNoTransientUnit(host);
  const unit = await serviceUnit(host, settings);
  if (!hasWalls(unit)) return { instead: [] };
  if (why !== undefined) return { instead: [notTried(settings.unit, why)] };
  const ownRoot = settings.rootDirectory ?? settings.rootImage;
  return ownRoot === undefined
    ? { unit }
    : { instead: [notTried(settings.unit, `it has a root of its own: ${ownRoot}`)] };
}

/**
 * What of the unit a process in a stage did not have, as a warning; empty: it had all. Apply tries it after
 * the changes. Limits count where the unit's files set them, since every unit has some.
 */
export async function leftToUnit(host: Host, loaded: LoadedUnit | undefined): Promise<readonly Problem[]> {
  const found = await unitToTestIn(host, loaded?.settings);
  if ("instead" in found) return found.instead;
  const { properties, settings } = found.unit;
  const isSet = (name: string): boolean =>
    !name.startsWith("Limit") || loaded?.placed.whereIs(name.split("=")[0] ?? name) !== undefined;
  const names = [
    ...properties.groups.filter(({ byManager, name }) => byManager && isSet(name)).map(({ name }) => name),
    ...(settings.passEnvironment.length > 0 ? [`PassEnvironment=${settings.passEnvironment.join(" ")}`] : []),
    ...(settings.dynamicUser ? ["DynamicUser=yes"] : []),
  ];
  return names.length === 0 ? [] : [notRehearsed(settings.unit, names)];
}
