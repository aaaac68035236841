import { isDeepStrictEqual } from "node:util";
import { Problem } from "../problem/problem.js";
import type { Deed } from "./deed.js";
import type { Journal } from "./journal.js";
import { makePlan, type Plan } from "./plan.js";
import type { ProgressListener } from "./progress.js";
import type { StepInput } from "./step.js";

export interface RollbackResult {
  /** Every undo worked, and the host was observed to need the same plan as before. */
  readonly complete: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Undoes the deeds in reverse, going on after one that fails or that the journal cannot take, then observes the host again: it is as before when it
 * needs the plan that it needed before. Success is observed, not assumed.
 */
export async function rollBack(plan: Plan, begun: readonly Deed[], input: StepInput, listener: ProgressListener, journal: Journal): Promise<RollbackResult> {
  const problems: Problem[] = [];
  let unwritten: readonly Problem[] = [];
  for (const deed of [...begun].reverse()) {
    const number = plan.changes.indexOf(deed.change) + 1;
    const start = performance.now();
    try {
      await deed.undo();
      unwritten = journal.writeIfPossible({ type: "undone", number });
      listener({ type: "change-undone", change: deed.change, ms: performance.now() - start });
    } catch (error) {
      const problem = undoProblem(deed, error);
      problems.push(problem);
      unwritten = journal.writeIfPossible({ type: "undo-failed", number, problem: problem.toJSON() });
      listener({ type: "undo-failed", change: deed.change, problem });
    }
  }
  if (problems.length > 0) return { complete: false, problems: [...problems, ...unwritten] };
  const again = await makePlan(plan.steps.map(({ step }) => step), input);
  return isDeepStrictEqual(again.changes, plan.changes)
    ? { complete: true, problems: unwritten }
    : { complete: false, problems: [notAsBefore(journal), ...unwritten] };
}

function undoProblem({ change }: Deed, cause: unknown): Problem {
  const because = cause instanceof Problem ? cause : undefined;
  return new Problem("workflow-undo-failed", `could not take back ${change.kind}`, {
    where: because?.where ?? { path: change.path },
    detail: because === undefined ? "unexpected error" : [because.message, because.detail].filter((part) => part !== undefined).join(": "),
    hint: because?.hint ?? "the run's journal in /var/lib/knetctl/runs holds the state before: put it back by hand",
    cause,
  });
}

function notAsBefore(journal: Journal): Problem {
  return new Problem("workflow-not-as-before", "the changes were taken back, but the host is not as it was before", {
    where: { path: journal.folder },
    hint: "knetctl plan shows what differs now; the journal holds the state before",
  });
}
