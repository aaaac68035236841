import { posix } from "node:path";
import type { Distribution } from "../distribution.js";
import type { KeptChange } from "./attribute.js";
import type { Kept } from "./kept.js";
import { packageHint } from "./package-hint.js";
import type { PackageChange } from "./packages.js";
import type { NotRestored } from "./restore.js";

const shownOthers = 3;
const shownKept = 20;

/** All of it, for the run that met it. Pure. */
export function keptLines(kept: Kept, distribution: Distribution): readonly string[] {
  const reasons = keptReasons(kept, () => true, distribution).map(({ path, reason }) => `${path}: ${reason}`);
  const more =
    reasons.length > shownKept
      ? [`… and ${reasons.length - shownKept} more, in module/kept.json of the run's folder`]
      : [];
  return [...othersLines(kept), ...reasons.slice(0, shownKept), ...more];
}

/** What others did while an installer ran, for people; nothing where nobody did anything. Pure. */
export function othersLines({ changes }: Kept): readonly string[] {
  const others = changes.filter(({ why }) => why === "others").map(({ change }) => change);
  if (others.length === 0) return [];
  const shown = others
    .slice(0, shownOthers)
    .map(({ path, before, after }) => `${path} (uid ${(after ?? before)?.uid ?? "unknown"})`);
  const more = others.length > shown.length ? ` and ${others.length - shown.length} more` : "";
  return [
    `not from install.sh but from other accounts meanwhile, and left alone: ${shown.join(", ")}${more}`,
  ];
}

/**
 * What keeps the host from being as before, each with its reason. `still` tells of a change whether it still
 * stands. Pure.
 */
export function keptReasons(
  { changes, mounts, packages }: Kept,
  still: (change: KeptChange["change"]) => boolean,
  distribution: Distribution,
): readonly NotRestored[] {
  const standing = changes.filter(({ why, change }) => why !== "others" && still(change));
  const paths = new Set(standing.map(({ change }) => change.path));
  // of a tree its top says enough
  const tops = standing.filter(({ change }) => !paths.has(posix.dirname(change.path)));
  return [
    ...mounts.map((point) => ({
      path: point,
      reason:
        "a file system was mounted or unmounted here meanwhile: nothing at or below it is touched; " +
        "umount it before you remove anything there",
    })),
    ...packages.map((change) => packageReason(change, distribution)),
    ...tops.map(({ why, change }) => ({
      path: change.path,
      reason: why === "owner" ? givenAway(change) : unsure(change),
    })),
  ];
}

function packageReason(change: PackageChange, distribution: Distribution): NotRestored {
  const { name, before, now } = change;
  const what = before === undefined ? "was installed" : now === undefined ? "was removed" : "was changed";
  return {
    path: `package ${name}`,
    reason:
      `it ${what} meanwhile, and its files are left to its database: ` + packageHint(change, distribution),
  };
}

function givenAway({ after }: KeptChange["change"]): string {
  return `it belongs to uid ${after?.uid ?? "unknown"}: remove it if nobody needs what it holds`;
}

function unsure({ change, backup }: KeptChange["change"]): string {
  const copy =
    backup === undefined ? "" : `; what it held before is in module/backups/${backup} of the run's folder`;
  return (
    `it was ${change === "rights" ? "given other rights" : change} meanwhile, perhaps by another ` +
    `program${copy}`
  );
}
