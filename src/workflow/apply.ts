import { ownCommand } from "../host/own-command.js";
import { asWarning, Problem } from "../problem/problem.js";
import { waitsForProof } from "./change.js";
import type { Outcome, RunHeader } from "./journal/entry.js";
import { Journal } from "./journal/journal.js";
import { Commit, interrupted } from "./make-changes.js";
import { leftAlone, lookAround } from "./plan.js";
import type { Plan } from "./plan.js";
import type { ProgressListener } from "./progress.js";
import { confirm, hasProof, prove, type ProofResult } from "./prove.js";
import { onlyInPlace, type Rehearsal, rehearse } from "./rehearse.js";
import { rollBack } from "./undo/rollback.js";
import type { SmokeReport } from "../pkcs11/report.js";
import type { StepInput } from "./step.js";
import { undoneSettings } from "./unread-changes.js";

export interface ApplyOptions extends Omit<RunHeader, "changes" | "owes"> {
  /** False keeps the failed state for inspection. */
  readonly rollback: boolean;
  /** False leaves the proof out, and the stage with it. */
  readonly prove: boolean;
  readonly signal: AbortSignal;
  readonly listener: ProgressListener;
}

export interface RunResult {
  /** Null if nothing on the host was changed: there is no record of such a run. */
  readonly run: string | null;
  readonly outcome: Outcome;
  /**
   * Milliseconds from the beginning of the first change of the host to the end of the last one, without those
   * that wait for the proof; absent where none was made.
   */
  readonly exposureMs?: number | undefined;
  readonly smoke: SmokeReport;
  /**
   * Why it failed, and what could not be put back; what is wrong although the run did not touch it; warnings
   * of the proof.
   */
  readonly problems: readonly Problem[];
}

/**
 * Makes the plan's changes, in order and nothing else. Where there is a stage they are made and proven there
 * first: what fails then has changed nothing, and has no record. Then the same changes are made on the host,
 * which must be as proven afterwards; where the kernel allows no stage, they are proven there. What waits for
 * the proof comes last, so that a service never starts with what is not proven. When a change of the host,
 * the service or a proof on the host fails, or the signal aborts, completed changes are undone in reverse and
 * the host is observed again; the outcome is what was observed. The caller holds the lock. Throws a Problem
 * only where the journal cannot be begun, and then nothing was changed; any other is in the result.
 */
export async function applyPlan(plan: Plan, input: StepInput, asked: ApplyOptions): Promise<RunResult> {
  const options = { ...asked, listener: harmless(asked.listener) };
  if (options.signal.aborted)
    return { run: null, outcome: "failed", smoke: { tokens: [] }, problems: [interrupted()] };
  if (plan.changes.length === 0) return unchanged(plan, input, options);
  const rehearsal = await provenFirst(plan, input, options);
  if (rehearsal !== undefined && failed(rehearsal.problems)) {
    const { smoke, problems } = rehearsal;
    return { run: null, outcome: "failed", smoke, problems: withoutRepeats(problems) };
  }
  const { profile, who, version } = options;
  const owes = plan.steps.flatMap(({ owes: owed }) => owed ?? []);
  const journal = Journal.begin(input.host, {
    profile,
    who,
    version,
    changes: plan.changes,
    ...(owes.length > 0 && { owes }),
  });
  const result = await applyJournaled(plan, input, options, journal, rehearsal);
  const { outcome, problems } = result;
  const unwritten = journal.end({
    type: "end",
    time: new Date().toISOString(),
    outcome,
    problems: problems.map((problem) => problem.toJSON()),
  });
  const seen =
    outcome === "applied"
      ? (await lookAround(leftAlone(plan), options.signal)).map((problem) => notHeldAgainst(plan, problem))
      : await undoneSettings(journal.run, input.host);
  return { ...result, problems: withoutRepeats([...problems, ...unwritten, ...seen]) };
}

/** A display that fails (a log on a full disk) must not leave a host half changed. */
function harmless(listener: ProgressListener): ProgressListener {
  return (event) => {
    try {
      listener(event);
    } catch {
      // whoever could not be shown the progress is still shown the result
    }
  };
}

/** A signal, or a full disk under the journal, is noticed in several places and shown once. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    ({ code }, index) => !toldOnce.has(code) || problems.findIndex((other) => other.code === code) === index,
  );
}

const toldOnce: ReadonlySet<string> = new Set(["interrupted", "workflow-journal-incomplete"]);

/** What the plan reports as wrong beforehand is not the run's fault. */
function notHeldAgainst({ problems }: Plan, problem: Problem): Problem {
  return problems.some(({ code }) => code === problem.code) ? asWarning(problem) : problem;
}

async function unchanged(plan: Plan, { host }: StepInput, options: ApplyOptions): Promise<RunResult> {
  const proof = await prove(plan, host, options);
  const problems = withoutRepeats([...proof.problems, ...(await lookAround(plan.steps, options.signal))]);
  return { run: null, outcome: failed(problems) ? "failed" : "unchanged", smoke: proof.smoke, problems };
}

/**
 * The rehearsal of a plan that is to be proven; undefined if it is proven on the host, or not at all. Where a
 * stage fails for reasons unknown, that is a rehearsal that failed.
 */
async function provenFirst(
  plan: Plan,
  input: StepInput,
  options: ApplyOptions,
): Promise<Rehearsal | undefined> {
  if (!options.prove || !hasProof(plan)) return undefined;
  const rehearsal = await rehearse(plan, input, options);
  const because = input.staging && (input.staging.none ?? onlyInPlace(plan, input.host));
  // nobody knows why: that is not a reason to change the host unproven
  if (because?.code === "stage-failed" && input.staging?.inPlace === false)
    return { proven: new Map(), inStage: false, smoke: { tokens: [] }, problems: [because] };
  if (rehearsal === undefined && because !== undefined) options.listener({ type: "not-staged", because });
  return rehearsal;
}

async function applyJournaled(
  plan: Plan,
  input: StepInput,
  options: ApplyOptions,
  journal: Journal,
  rehearsal: Rehearsal | undefined,
): Promise<RunResult> {
  const commit = new Commit(
    { host: input.host, changes: plan.changes, contents: input.staging?.contents },
    options,
    journal,
  );
  const { smoke, problems, exposureMs } = await committed(commit, plan, options, rehearsal);
  const result = { run: journal.run, smoke, exposureMs };
  if (!failed(problems)) return { ...result, outcome: "applied", problems };
  if (!options.rollback)
    return { ...result, outcome: "failed", problems: [...problems, keptProblem(journal)] };
  options.listener({ type: "rollback-started", because: problems });
  const rollback = await rollBack(plan, commit.begun, input, options.listener, journal);
  return {
    ...result,
    outcome: rollback.complete ? "rolled-back" : "failed",
    problems: [...problems, ...rollback.problems],
  };
}

/**
 * Makes the changes, those that wait for the proof last. What was proven before is compared with what is now
 * there, without another login; what was not proven is proven now.
 */
async function committed(
  commit: Commit,
  plan: Plan,
  options: ApplyOptions,
  rehearsal: Rehearsal | undefined,
): Promise<ProofResult & Pick<RunResult, "exposureMs">> {
  await commit.lookAhead(waitsForProof);
  const made = await commit.make((change) => !waitsForProof(change));
  const { exposureMs } = commit;
  const before = [...(rehearsal?.problems ?? []), ...made];
  if (failed(made)) return { smoke: rehearsal?.smoke ?? { tokens: [] }, problems: before, exposureMs };
  await commit.label();
  const proof =
    rehearsal === undefined
      ? await prove(plan, commit.host, options)
      : { smoke: rehearsal.smoke, problems: await confirmed(commit, plan, options, rehearsal) };
  const proven = [...before, ...proof.problems];
  const settled = failed(proven) ? [] : await commit.make(waitsForProof);
  return { smoke: proof.smoke, problems: [...proven, ...settled, ...commit.warnings], exposureMs };
}

/** What was proven is compared first: only that is worth another look, in a process like the service's. */
async function confirmed(
  commit: Commit,
  plan: Plan,
  options: ApplyOptions,
  rehearsal: Rehearsal,
): Promise<readonly Problem[]> {
  const differing = commit.compareWith(rehearsal.proven);
  return failed(differing) ? differing : [...differing, ...(await confirm(plan, options))];
}

function keptProblem(journal: Journal): Problem {
  return new Problem("workflow-kept", "the changes made so far were kept, as asked", {
    severity: "warning",
    where: { path: journal.folder },
    hint:
      `${ownCommand(journal.host, `rollback ${journal.run}`)} takes them back, ` +
      `${ownCommand(journal.host, `history ${journal.run}`)} shows them; or apply again once the ` +
      "cause is fixed",
  });
}

function failed(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
