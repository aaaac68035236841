import type { Host } from "../host/host.js";
import { ownCommand } from "../host/own-command.js";
import { Problem, Problems } from "../problem/problem.js";
import type { LookedAt, RunContext } from "./change-kind.js";
import { type Change, waitsForProof } from "./change.js";
import { recordChange, type UndoableChange } from "./undoable-change.js";
import type { Outcome, RunHeader } from "./journal/entry.js";
import { Journal } from "./journal/journal.js";
import { lookAround } from "./plan.js";
import type { Plan } from "./plan.js";
import type { ProgressListener } from "./progress.js";
import { prove } from "./prove.js";
import { rollBack } from "./rollback.js";
import type { SmokeReport } from "../pkcs11/report.js";
import type { StepInput } from "./step.js";
import { undoneSettings } from "./unread-changes.js";

export interface ApplyOptions extends Omit<RunHeader, "changes" | "owes"> {
  /** False keeps the failed state for inspection. */
  readonly rollback: boolean;
  /** False leaves the proof out. */
  readonly prove: boolean;
  readonly signal: AbortSignal;
  readonly listener: ProgressListener;
}

export interface RunResult {
  /** Null when nothing had to change: there is no record of such a run. */
  readonly run: string | null;
  readonly outcome: Outcome;
  /**
   * How far what was observed after a rollback can tell; undefined where each change has touched no more than
   * it names.
   */
  readonly lookedAt?: LookedAt | undefined;
  readonly smoke: SmokeReport;
  /**
   * Why it failed, and what could not be put back; what is not well although the run left it alone; warnings
   * of the proof.
   */
  readonly problems: readonly Problem[];
}

/**
 * Makes the plan's changes, in order and nothing else, and proves the result; what waits for the proof comes
 * after that, so that a service never starts with what is not proven. When a change or the proof fails, or
 * the signal aborts, completed changes are undone in reverse and the host is observed again; the outcome is
 * what was observed. The caller holds the lock. Throws a Problem only where the journal cannot be begun, and
 * then nothing was changed; any other is in the result.
 */
export async function applyPlan(plan: Plan, input: StepInput, asked: ApplyOptions): Promise<RunResult> {
  const options = { ...asked, listener: harmless(asked.listener) };
  if (options.signal.aborted)
    return { run: null, outcome: "failed", smoke: { tokens: [] }, problems: [interrupted()] };
  if (plan.changes.length === 0) return unchanged(plan, options);
  const { profile, who, version } = options;
  const owes = plan.steps.flatMap(({ owes: owed }) => owed ?? []);
  const journal = Journal.begin(input.host, {
    profile,
    who,
    version,
    changes: plan.changes,
    ...(owes.length > 0 && { owes }),
  });
  const result = await applyJournaled(plan, input, options, journal);
  const { outcome, problems } = result;
  const unwritten = journal.end({
    type: "end",
    time: new Date().toISOString(),
    outcome,
    problems: problems.map((problem) => problem.toJSON()),
  });
  const seen =
    outcome === "applied"
      ? await lookAround(
          plan.steps.filter(({ changes }) => changes.length === 0),
          options.signal,
        )
      : await undoneSettings(journal.run, input.host);
  return { ...result, problems: withoutRepeats([...problems, ...unwritten, ...seen]) };
}

/** A display that fails (a log on a full disk) must not leave a host half changed. */
function harmless(listener: ProgressListener): ProgressListener {
  return (event) => {
    try {
      listener(event);
    } catch {
      // who cannot be told of the progress is still told of the result
    }
  };
}

/** A signal, or a full disk under the journal, is met at several places and told once. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(
    ({ code }, index) => !toldOnce.has(code) || problems.findIndex((other) => other.code === code) === index,
  );
}

const toldOnce: ReadonlySet<string> = new Set(["interrupted", "workflow-journal-incomplete"]);

async function unchanged(plan: Plan, options: ApplyOptions): Promise<RunResult> {
  const proof = await prove(plan, options);
  const problems = withoutRepeats([...proof.problems, ...(await lookAround(plan.steps, options.signal))]);
  return { run: null, outcome: failed(problems) ? "failed" : "unchanged", smoke: proof.smoke, problems };
}

async function applyJournaled(
  plan: Plan,
  input: StepInput,
  options: ApplyOptions,
  journal: Journal,
): Promise<RunResult> {
  const run: Run = { host: input.host, changes: plan.changes, options, journal, begun: [] };
  const problems = await makeChanges(run, (change) => !waitsForProof(change));
  const proof = failed(problems) ? { smoke: { tokens: [] }, problems: [] } : await prove(plan, options);
  const proven = [...problems, ...proof.problems];
  const all = failed(proven) ? proven : [...proven, ...(await makeChanges(run, waitsForProof))];
  const result = { run: journal.run, smoke: proof.smoke };
  if (!failed(all)) return { ...result, outcome: "applied", problems: all };
  if (!options.rollback) return { ...result, outcome: "failed", problems: [...all, keptProblem(journal)] };
  options.listener({ type: "rollback-started", because: all });
  const rollback = await rollBack(plan, run.begun, input, options.listener, journal);
  return {
    ...result,
    outcome: rollback.complete ? "rolled-back" : "failed",
    lookedAt: rollback.lookedAt,
    problems: [...all, ...rollback.problems],
  };
}

/** What the making of changes works with. */
interface Run {
  readonly host: Host;
  /** All of the plan's. */
  readonly changes: readonly Change[];
  readonly options: ApplyOptions;
  readonly journal: Journal;
  /** Collects what may have to be undone. */
  readonly begun: UndoableChange[];
}

/** Makes those of the run's changes that are asked for, until one fails. Returns why it stopped early. */
async function makeChanges(run: Run, isAskedFor: (change: Change) => boolean): Promise<readonly Problem[]> {
  const { host, changes, journal, begun } = run;
  const { signal, listener } = run.options;
  for (const [index, change] of changes.entries()) {
    if (!isAskedFor(change)) continue;
    const number = index + 1;
    const context: RunContext = {
      host,
      folder: journal.folder,
      number,
      changes,
      signal,
      note: (text) => {
        listener({ type: "change-note", change, text });
      },
      report: (text) => {
        listener({ type: "change-report", change, text });
      },
    };
    listener({ type: "change-started", change, number, count: changes.length });
    const start = performance.now();
    try {
      if (signal.aborted) throw interrupted();
      const recorded = await recordChange(change, context);
      journal.write({ type: "intent", number, prior: recorded.prior });
      begun.push(recorded);
      await recorded.perform();
      journal.write({ type: "done", number });
    } catch (error) {
      listener({ type: "change-failed", change, ms: performance.now() - start });
      // whatever an aborted change says of itself, the signal is why
      return signal.aborted ? [interrupted()] : problemsOf(error, change);
    }
    listener({ type: "change-done", change, ms: performance.now() - start });
  }
  return signal.aborted ? [interrupted()] : [];
}

function problemsOf(error: unknown, change: Change): readonly Problem[] {
  if (error instanceof Problems) return error.list;
  if (error instanceof Problem) return [error];
  return [
    new Problem("workflow-change-failed", `the change ${change.kind} failed unexpectedly`, {
      where: { path: change.path },
      ...systemError(error),
      cause: error,
    }),
  ];
}

/** Only what the system says: other texts could quote what they were given. */
function systemError(error: unknown): { readonly detail?: string; readonly hint: string } {
  const hint = "run again with --verbose to see the technical reason";
  if (!(error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error))
    return { hint };
  return {
    detail: `${String(error.syscall)}: ${error.code}`,
    hint: error.code === "ENOSPC" ? "free space (df -h, df -i), then run again" : hint,
  };
}

function interrupted(): Problem {
  return new Problem("interrupted", "interrupted by a signal");
}

function keptProblem(journal: Journal): Problem {
  return new Problem("workflow-kept", "the changes made so far were kept, as asked", {
    severity: "warning",
    where: { path: journal.folder },
    hint:
      `${ownCommand(journal.host, `rollback ${journal.run}`)} takes them back, ` +
      `${ownCommand(journal.host, `history ${journal.run}`)} shows them; or apply again when the cause ` +
      "is mended",
  });
}

function failed(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
