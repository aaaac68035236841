import { Problem } from "../../problem/problem.js";
import { distributionOf } from "../distribution.js";
import type { Host } from "../host.js";
import type { RecordedChange } from "./difference.js";
import { keptReasons } from "./kept-lines.js";
import type { Kept } from "./kept.js";
import { placeAbove } from "./mounts.js";
import { installedPackages } from "./packages.js";
import { standingOf } from "./restore.js";
import type { NotRestored, Restoration } from "./restore.js";

/** What of the kept still keeps the host from being as it was before the installer ran. Only looks. */
export async function keptStanding(
  host: Host,
  kept: Kept,
  how: Restoration,
): Promise<readonly NotRestored[]> {
  const packages = kept.packages.length === 0 ? undefined : await installedPackages(host);
  const isStill = (change: RecordedChange): boolean =>
    placeAbove(change.path, how.mounts ?? new Set()) === undefined && isNotBefore(change, how);
  const standing = {
    changes: kept.changes,
    mounts: kept.mounts.filter((point) => how.mounts?.has(point) === true),
    packages: kept.packages.filter(({ name, before }) => packages?.get(name) !== before),
  };
  return keptReasons(standing, isStill, distributionOf(host.files()));
}

/** What cannot be looked at counts as not as before. */
function isNotBefore(change: RecordedChange, how: Restoration): boolean {
  try {
    return standingOf(change, how) !== "before";
  } catch (error) {
    if (error instanceof Problem) return true;
    throw error;
  }
}
