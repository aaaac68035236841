import type { Host } from "../../host/host.js";
import { acquireLock } from "../../host/lock.js";
import { joined, runsFolder } from "../../host/path.js";
import { whoRuns } from "../../host/who.js";
import { ownCommand } from "../../host/own-command.js";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import type { SmokeReport } from "../../pkcs11/report.js";
import type { ProblemCode } from "../../problem/codes.js";
import { asWarning, errorsLast, Problem, throwIfErrors, exitCodeOf } from "../../problem/problem.js";
import { countText, planText, asBeforeText } from "../../ui/reports/plan-text.js";
import { applyJson } from "../../ui/reports/report-json.js";
import { briefSmokeText, smokeReportText, unsignedText } from "../../ui/reports/smoke-report-text.js";
import { canAsk, confirm } from "../../ui/terminal/confirm.js";
import type { Output } from "../../ui/terminal/output.js";
import { durationText, progressListener } from "../../ui/terminal/progress-lines.js";
import { applyPlan, type RunResult } from "../../workflow/apply.js";
import type { RunAuthor } from "../../workflow/journal/entry.js";
import { currentRun } from "../../workflow/journal/runs.js";
import { makePlan, type Plan, withIllBefore } from "../../workflow/plan.js";
import { recover } from "../../workflow/undo/recover.js";
import { Staging } from "../../workflow/staging.js";
import type { Step, StepInput } from "../../workflow/step.js";
import type { CommandContext } from "../command.js";

export interface PlanRun {
  readonly input: StepInput;
  /** For the journal: the profile's file, or the command that asks for it. */
  readonly wantedBy: string;
  /** False keeps the failed state for inspection. */
  readonly rollback: boolean;
  /** False skips the proof. */
  readonly prove: boolean;
}

/**
 * Holds the host's lock while `run` runs, after taking back a run that was cut off. The stages that it opens
 * are gone at its end.
 */
export async function withLockedHost<T>(
  host: Host,
  waitSeconds: number,
  context: CommandContext,
  run: (recovered: Recovered, staging: Staging) => Promise<T>,
): Promise<T> {
  const { output, signal } = context;
  const staging = Staging.of(host, signal);
  const lock = await acquireLock({ host, waitSeconds, signal });
  context.whenLeft(() => {
    sayHowToGoOn(host, output);
  });
  try {
    await removeForsakenStages(context);
    output.ifThrown(undefined);
    const recovered = await recover(host, {
      ...runAuthor(host, context),
      listener: progressListener(output),
    });
    if (recovered === undefined) output.ifThrown("nothing was changed");
    return await run({ run: recovered?.run.run, problems: recovered?.problems ?? [] }, staging);
  } finally {
    await closed(staging, output);
    lock.release();
  }
}

/** What a killed run left of its stages: they may hold copies of settings, PINs included. */
export async function removeForsakenStages({ isRoot }: Pick<CommandContext, "isRoot">): Promise<void> {
  if (isRoot) (await import("../../host/stage/stage-folder.js")).removeStageFolders(false);
}

/** What is left of a stage is no reason to hide how the run ended; the next one removes it. */
async function closed(staging: Staging, output: Output): Promise<void> {
  try {
    await staging.close();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    output.problem(asWarning(error));
  }
}

export interface Recovered {
  /** Undefined if there was none. */
  readonly run: string | undefined;
  readonly problems: readonly Problem[];
}

/**
 * The plan, shown to people if it has changes, with what is already wrong before them. Throws its errors
 * before anything is changed.
 */
export async function shownPlan(
  steps: readonly Step[],
  input: StepInput,
  { output, signal }: CommandContext,
): Promise<Plan> {
  const made = await makePlan(steps, input);
  throwIfErrors(made.problems);
  const plan = await withIllBefore(made, signal);
  for (const problem of plan.problems) output.problem(problem);
  if (!output.json && !output.quiet && plan.changes.length > 0) output.result(`${planText(plan, output)}\n`);
  return plan;
}

/**
 * Whether the user wants the changes, which were shown: asked where there is a terminal to ask on. A plan
 * without changes needs no answer.
 */
export async function agreed(
  plan: Plan,
  { yes }: { readonly yes: boolean },
  { output, signal }: CommandContext,
): Promise<boolean> {
  if (yes || plan.changes.length === 0 || !canAsk(output)) return true;
  // nobody can agree to what was not shown
  if (output.quiet) output.result(`${planText(plan, output)}\n`);
  return confirm("apply this?", signal);
}

/** Makes the plan's changes, and proves them. The caller holds the lock. */
export function runPlan(
  plan: Plan,
  { input, wantedBy, ...options }: PlanRun,
  context: CommandContext,
): Promise<RunResult> {
  const listener = progressListener(context.output);
  context.output.ifThrown(undefined);
  return applyPlan(plan, input, {
    ...options,
    signal: context.signal,
    listener,
    profile: wantedBy,
    ...runAuthor(input.host, context),
  });
}

/**
 * Shows how it ended: the document of `--json`, or the smoke test's table, the problems and one line. Returns
 * the exit code.
 */
export function showRun(
  plan: Plan,
  result: RunResult,
  { recovered, warnings, note }: ShownWith,
  { output }: CommandContext,
): ExitCode {
  if (output.json)
    output.document(applyJson(plan, [...warnings, ...recovered.problems], result, recovered.run));
  else {
    showSmokeReport(result.smoke, output);
    for (const problem of errorsLast(result.problems)) output.problem(problem);
    if (note !== undefined) output.note(note);
    if (result.exposureMs !== undefined) output.note(exposureText(result.exposureMs));
    output.result([outcomeText(plan, result), ...notRunning(result), ...unproven(result)].join("; "));
  }
  return exitCodeOfRun(result);
}

/**
 * The smoke test after an empty line, if anything was tested: in brief, with the tables of what failed, or
 * with all of them (`--verbose`).
 */
export function showSmokeReport(smoke: SmokeReport, output: Output): void {
  const { tokens, stores = [] } = smoke;
  if (tokens.length + stores.length > 0) {
    const text = output.verbose ? smokeReportText : briefSmokeText;
    output.result(`\n${text(smoke, output.style)}`);
  }
}

export interface ShownWith {
  readonly recovered: Recovered;
  /** Already shown; for the document. */
  readonly warnings: readonly Problem[];
  /** What was left out. */
  readonly note?: string | undefined;
}

function exposureText(ms: number): string {
  return `between the first and the last change of the host: ${durationText(ms)}`;
}

function outcomeText(plan: Plan, { outcome, run }: RunResult): string {
  switch (outcome) {
    case "unchanged":
      return countText(plan);
    case "applied":
      return `applied: ${countText(plan)} (run ${run ?? "-"})`;
    case "rolled-back":
      return `rolled back: ${asBeforeText} (run ${run ?? "-"})`;
    case "failed":
      return run === null ? "failed: nothing was changed" : `failed (run ${run})`;
  }
}

/** A service that was down before is not held against the run, but nobody must take the run for its start. */
function notRunning({ problems }: RunResult): readonly string[] {
  const down = problems.find(({ code, severity }) => severity === "warning" && notUp.has(code));
  return down === undefined ? [] : [`the service is not running: ${down.message}`];
}

const notUp: ReadonlySet<ProblemCode> = new Set([
  "service-not-active",
  "service-flapping",
  "service-restart-failed",
  "service-restart-timeout",
]);

/** A success without a signature must not look like a proof. */
function unproven({ outcome, smoke }: RunResult): readonly string[] {
  const text = unsignedText(smoke);
  return text === "" || (outcome !== "applied" && outcome !== "unchanged") ? [] : [text];
}

/** Something unhealthy that the run left alone counts too. */
function exitCodeOfRun({ outcome, problems }: RunResult): ExitCode {
  const succeeded = outcome === "applied" || outcome === "unchanged";
  return exitCodeOf(problems, succeeded ? exitCodes.done : exitCodes.failed);
}

/**
 * For when a second signal ends the program: names the run that is left half done, and how to repair the
 * host. With `--json` as a line on standard error, since the document can no longer be printed. Says nothing
 * if no run is in progress.
 */
export function sayHowToGoOn(host: Host, output: Output): void {
  const run = currentRun(host);
  if (run === undefined) return;
  const left = new Problem(
    "workflow-unfinished-run",
    `stopped in the middle of run ${run}: the host is neither as it was nor as planned`,
    {
      where: { path: joined(runsFolder, run) },
      detail: "processes that the run started may still be running; taking the run back stops them first",
      hint:
        `${ownCommand(host, `rollback ${run}`)} takes it back; the next apply does so too, before it ` +
        "begins",
    },
  );
  if (output.json) output.progress({ type: "left", problem: left.toJSON() });
  else output.problem(left);
}

/** The user and version that run this command, for the journal. */
export function runAuthor(
  { accounts }: Pick<Host, "accounts">,
  { environment, version }: CommandContext,
): RunAuthor {
  return { who: whoRuns(accounts, environment), version };
}
