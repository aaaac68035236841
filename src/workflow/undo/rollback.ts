import { isDeepStrictEqual } from "node:util";
import { Problem } from "../../problem/problem.js";
import { type UndoableChange, waitsForProof } from "../change.js";
import type { Journal } from "../journal/journal.js";
import { makePlan, type Plan } from "../plan.js";
import type { ProgressListener } from "../progress.js";
import type { StepInput } from "../step.js";
import { standingElsewhere, undoChanges } from "./undo-changes.js";

export interface RollbackResult {
  /** Every undo worked, and the host was observed to need the same plan as before. */
  readonly complete: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Takes back what this run has done so far, then observes the host again: it is as before if it needs the
 * same plan as before, and each change, observed by itself, is as before. Success is observed, not assumed.
 */
export async function rollBack(
  plan: Plan,
  begun: readonly UndoableChange[],
  input: StepInput,
  listener: ProgressListener,
  journal: Journal,
): Promise<RollbackResult> {
  const { failures, unwritten, unlabelled } = await undoChanges(begun, journal, listener);
  if (failures.length > 0)
    return {
      complete: false,
      problems: [...failures.map(({ problem }) => problem), ...unwritten, ...unlabelled],
    };
  const again = await makePlan(
    plan.steps.map(({ step }) => step),
    input,
  );
  // on a full disk there may be no room for planning: then looking at the changes themselves, which is done
  // in any case, has to suffice
  const isBlind = again.problems.some(({ severity }) => severity === "error");
  const elsewhere = (await standingElsewhere(begun)).map(({ change, standing }) =>
    standing.state === "other" ? `${standing.path}: ${standing.because}` : change.path,
  );
  // whether a restart is owed depends on the service's start, not on the host's files
  const [now, before] = [again, plan].map(({ changes }) =>
    changes.filter((change) => !waitsForProof(change)),
  );
  return (isDeepStrictEqual(now, before) || isBlind) && elsewhere.length === 0
    ? { complete: true, problems: [...unwritten, ...unlabelled] }
    : { complete: false, problems: [notAsBefore(journal, elsewhere), ...unwritten, ...unlabelled] };
}

function notAsBefore(journal: Journal, elsewhere: readonly string[]): Problem {
  return new Problem(
    "workflow-not-as-before",
    "the changes were taken back, but the host is not as it was before",
    {
      where: { path: journal.folder },
      ...(elsewhere.length > 0 && { detail: elsewhere.join("\n") }),
      hint: "knetctl plan shows what differs now; the journal holds the state before",
    },
  );
}
