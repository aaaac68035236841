import { whyNoTransientUnit } from "../../host/unit/transient-unit.js";
import type { Host } from "../../host/host.js";
import type { UnitSettings } from "../../host/unit/unit-settings.js";
import { hasWalls, type ServiceUnit, serviceUnit } from "../../pkcs11/service-unit.js";
import { notTried } from "../../pkcs11/unit-problems.js";
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
