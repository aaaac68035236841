import { whyNoTransientUnit } from "../../host/unit/transient-unit.js";
import type { Host } from "../../host/host.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { hasWalls, ofManagerAlone, type ServiceUnit, serviceUnit } from "./service-unit.js";
import { notRehearsed, notTried } from "./unit-problems.js";
import type { Problem } from "../../problem/problem.js";

/** The unit to test in; or what is to be said instead, if anything. */
export type Unit = { readonly unit: ServiceUnit } | { readonly instead: readonly Problem[] };

/**
 * A unit in which a process can be different from one of its account: then it is worth a test of its own.
 * Nothing is said where it is not, or where there is no unit at all.
 */
export function unitToTestIn(host: Host, loaded: LoadedUnit | undefined): Unit {
  if (loaded === undefined || process.geteuid?.() !== 0) return { instead: [] };
  const { settings } = loaded;
  const why = whyNoTransientUnit(host);
  const unit = serviceUnit(host, loaded);
  if (!hasWalls(unit)) return { instead: [] };
  if (why !== undefined) return { instead: [notTried(settings.unit, why)] };
  const ownRoot = settings.rootDirectory ?? settings.rootImage;
  return ownRoot === undefined
    ? { unit }
    : { instead: [notTried(settings.unit, `it has a root of its own: ${ownRoot}`)] };
}

/**
 * What of the unit a process in a stage did not have, as a warning; empty: it had all. Apply tries it after
 * the changes.
 */
export function leftToUnit(host: Host, loaded: LoadedUnit | undefined): readonly Problem[] {
  const found = unitToTestIn(host, loaded);
  if ("instead" in found) return found.instead;
  const names = ofManagerAlone(found.unit);
  return names.length === 0 ? [] : [notRehearsed(found.unit.settings.unit, names)];
}
