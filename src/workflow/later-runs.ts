import { Problem } from "../problem/problem.js";
import type { Change } from "./change.js";
import type { RecordedRun } from "./journal/entry.js";

/** Whether any of a run's changes still stand, or may stand. */
export function stands({ changes }: RecordedRun): boolean {
  return changes.some(({ progress }) => progress === "done" || progress === "begun" || progress === "undo-failed");
}

/**
 * Why a run cannot be taken back before others: an unfinished run, and each later run that worked on what this one made and still stands. `runs` may
 * be in any order. Pure.
 */
export function runsInTheWay(run: RecordedRun, runs: readonly RecordedRun[]): readonly Problem[] {
  return runs.flatMap((other) => {
    if (other.run === run.run || !stands(other)) return [];
    if (other.outcome === "unfinished") return [comesFirst(run, other, "it was cut off in the middle of its work")];
    const shared = other.sequence > run.sequence ? sharedPlace(run, other) : undefined;
    return shared === undefined ? [] : [comesFirst(run, other, `it came later and also changed ${shared}`)];
  });
}

/** A place that both runs changed, or that lies below a folder that the earlier one made. */
function sharedPlace(earlier: RecordedRun, later: RecordedRun): string | undefined {
  const made = changesOf(earlier);
  return changesOf(later).find((change) => made.some((one) => isAffected(change, one)))?.path;
}

function isAffected(later: Change, earlier: Change): boolean {
  if (earlier.kind === "run-installer") return later.kind === "run-installer";
  if (later.path === earlier.path) return true;
  return earlier.kind === "create-folder" && later.path.startsWith(`${earlier.path}/`);
}

function changesOf({ changes }: RecordedRun): readonly Change[] {
  return changes.filter(({ progress }) => progress !== "planned" && progress !== "undone").map(({ change }) => change);
}

function comesFirst({ sequence }: RecordedRun, other: RecordedRun, why: string): Problem {
  return new Problem("undo-later-run", `run ${sequence} cannot be taken back before run ${other.sequence}`, {
    where: { path: other.folder },
    detail: `run ${other.sequence} of ${other.began}: ${why}`,
    hint: `knetctl rollback ${other.run} first`,
  });
}
