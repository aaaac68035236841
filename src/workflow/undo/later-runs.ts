import { Problem } from "../../problem/problem.js";
import { type Change, withKind } from "../change.js";
import type { Host } from "../../host/host.js";
import { ownCommand } from "../../host/own-command.js";
import type { RecordedRun } from "../journal/entry.js";
import { mayStand } from "../journal/recorded-run.js";
import { isOnePiece } from "../step-ids.js";

/**
 * Whether any of a run's changes are, or may be, still in effect. What was kept as asked when it was taken
 * back no longer belongs to the run.
 */
export function stands({ outcome, changes }: RecordedRun): boolean {
  return outcome !== "rolled-back" && changes.some(mayStand);
}

/**
 * Why a run cannot be taken back before others: an unfinished run, and each later run that worked on what
 * this one made and is still in effect. `runs` may be in any order. Pure.
 */
export function runsInTheWay(
  run: RecordedRun,
  runs: readonly RecordedRun[],
  host: Pick<Host, "root">,
): readonly Problem[] {
  return runs.flatMap((other) => {
    if (other.run === run.run) return [];
    if (other.outcome === "unfinished")
      return [comesFirst(run, other, host, "it was cut off before it was done")];
    const shared = other.sequence > run.sequence && stands(other) ? sharedPlace(run, other) : undefined;
    return shared === undefined
      ? []
      : [comesFirst(run, other, host, `this later run also changed ${shared}`)];
  });
}

/** A path of the later run that the earlier one also changed, or that needs what the earlier one made. */
function sharedPlace(earlier: RecordedRun, later: RecordedRun): string | undefined {
  const made = changesOf(earlier);
  return changesOf(later).find((change) => made.some((one) => restsOn(change, one)))?.path;
}

function restsOn(later: Change, earlier: Change): boolean {
  if (isOnePiece(later.step) && later.step === earlier.step) return true;
  if (withKind(later, (kind) => kind.isFree === true)) return false;
  return withKind(earlier, (kind, one) => kind.carries?.(one, later) ?? later.path === one.path);
}

function changesOf({ changes }: RecordedRun): readonly Change[] {
  return changes.filter(mayStand).map(({ change }) => change);
}

function comesFirst(
  { sequence }: RecordedRun,
  other: RecordedRun,
  host: Pick<Host, "root">,
  why: string,
): Problem {
  return new Problem("undo-later-run", `run ${sequence} cannot be taken back before run ${other.sequence}`, {
    where: { path: other.folder },
    detail: `run ${other.sequence} of ${other.began}: ${why}`,
    hint: `run ${ownCommand(host, `rollback ${other.run}`)} first`,
  });
}
