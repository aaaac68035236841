import type { Host } from "../../host/host.js";
import { acquireLock } from "../../host/lock.js";
import { ownCommand } from "../../host/own-command.js";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import { Problem, Problems, throwIfErrors, exitCodeOf } from "../../problem/problem.js";
import { changeText, asBeforeText } from "../../ui/reports/plan-text.js";
import { rollbackJson } from "../../ui/reports/history-json.js";
import { canAsk, confirm } from "../../ui/terminal/confirm.js";
import type { Output } from "../../ui/terminal/output.js";
import { progressListener } from "../../ui/terminal/progress-lines.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import { timeText } from "../../ui/text/time-text.js";
import type { RecordedRun } from "../../workflow/journal/entry.js";
import { mayStand } from "../../workflow/journal/recorded-run.js";
import { readRun, readRuns, requireRunName } from "../../workflow/journal/runs.js";
import { runsInTheWay, stands } from "../../workflow/undo/later-runs.js";
import { unfinishedWarning } from "../../workflow/undo/recover.js";
import { obstacles, takeBack, type TakeBackResult } from "../../workflow/undo/take-back.js";
import type { CommandContext, CommandRun } from "../command.js";
import { removeForsakenStages, runAuthor, sayHowToGoOn } from "./run-plan.js";

export interface RollbackArguments {
  readonly run?: string | undefined;
  /** Every run after this one is taken back. */
  readonly to?: string | undefined;
  readonly root?: string | undefined;
  /** False: the user is asked, if there is a terminal to ask on. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly keepChanged: boolean;
  readonly lockTimeout: number;
}

/**
 * `knetctl rollback`: takes back what a run changed, or all runs after one, the latest first, or refuses and
 * says what would be lost. It ends at the first that cannot be taken back completely.
 */
export const rollback: CommandRun<RollbackArguments> = async (args, context) => {
  const { output, signal } = context;
  output.ifThrown(args.dryRun ? undefined : "nothing was taken back");
  // mistakes in the command line are reported to every user
  for (const asked of [args.run, args.to]) if (asked !== undefined) requireRunName(asked);
  const host = await context.host({ root: args.root, readOnly: args.dryRun });
  if (!context.isRoot) throw needsRoot();
  if (args.dryRun) return dryRun(wantedRuns(host, args), host, args, context);
  const lock = await acquireLock({ host, waitSeconds: args.lockTimeout, signal });
  context.whenLeft(() => {
    sayHowToGoOn(host, output);
  });
  try {
    await removeForsakenStages(context);
    return await takenBack(wantedRuns(host, args), host, args, context);
  } finally {
    lock.release();
  }
};

interface TakenBack {
  readonly run: RecordedRun;
  readonly result: TakeBackResult;
}

async function takenBack(
  wanted: readonly RecordedRun[],
  host: Host,
  args: RollbackArguments,
  context: CommandContext,
): Promise<ExitCode> {
  const { output, signal } = context;
  if (!args.yes && canAsk(output)) {
    for (const run of wanted) showWanted(run, output);
    if (!(await confirm("take this back?", signal))) {
      output.result("nothing was taken back");
      return exitCodes.changesPending;
    }
  }
  const listener = progressListener(output);
  const results: TakenBack[] = [];
  let stopped: readonly Problem[] = [];
  for (const { run: name } of wanted) {
    try {
      // as the one before it has left things
      const run = chosen(host, name);
      const result = await takeBack(run, host, {
        ...runAuthor(host, context),
        keepChanged: args.keepChanged,
        listener: (event) => {
          // from its beginning, what became of it is in the result
          if (event.type === "taking-back") output.ifThrown(undefined);
          listener(event);
        },
      });
      results.push({ run, result });
      show(run, result, context);
      output.ifThrown(args.to === undefined ? undefined : countText(results, wanted, args.to));
      if (result.outcome === "failed" || signal.aborted) break;
    } catch (error) {
      // the document has to say what was taken back before
      if (!output.json || results.length === 0) throw error;
      stopped = problemsIn(error);
      break;
    }
  }
  const documents = results.map(({ run, result }) => rollbackJson(run, result, result.problems));
  if (output.json) output.document(documentOf(host, args, documents, stopped));
  else if (args.to !== undefined) output.result(countText(results, wanted, args.to));
  if (stopped.length > 0) return exitCodeOf(stopped, exitCodes.failed);
  const failed = results.find(({ result }) => result.outcome === "failed")?.result;
  if (failed !== undefined) return exitCodeOf(failed.problems, exitCodes.failed);
  return results.length < wanted.length ? exitCodes.interrupted : exitCodes.done;
}

function countText(results: readonly TakenBack[], { length }: readonly RecordedRun[], to: string): string {
  const count = results.filter(({ result }) => result.outcome === "rolled-back").length;
  return count === length
    ? `every run after run ${to} was taken back`
    : `${count} of the ${length} runs after run ${to} ${count === 1 ? "was" : "were"} taken back`;
}

/** One document for one run; with `--to`, the run to go back to and those that came after it. */
function documentOf(
  host: Host,
  { to }: Pick<RollbackArguments, "to">,
  documents: readonly object[],
  problems: readonly Problem[] = [],
): object | undefined {
  if (to === undefined) return documents[0];
  return { to: readRun(host, to).run, taken_back: documents, ...(problems.length > 0 && { problems }) };
}

/** What it throws again is not for people to mend. */
function problemsIn(thrown: unknown): readonly Problem[] {
  if (thrown instanceof Problems) return thrown.list;
  if (thrown instanceof Problem) return [thrown];
  throw thrown;
}

/** The runs to take back, in that order. */
function wantedRuns(host: Host, { run, to }: RollbackArguments): readonly RecordedRun[] {
  if (to === undefined) return [chosen(host, run)];
  const { runs, problems } = readRuns(host);
  if (problems.length > 0) throw new Problems([unreadable(host), ...problems]);
  const last = readRun(host, to);
  const later = runs.filter(
    (one) => one.sequence > last.sequence && (one.outcome === "unfinished" || stands(one)),
  );
  if (later.length > 0) return later;
  throw new Problem("undo-nothing", `nothing that came after run ${last.sequence} is left to take back`, {
    hint: `${ownCommand(host, "history")} lists the runs`,
  });
}

/**
 * The run with that name or number; without one, the run that was cut off, or else the latest that is still
 * in effect. Throws what prevents it from being taken back.
 */
function chosen(host: Host, asked: string | undefined): RecordedRun {
  const { runs, problems } = readRuns(host);
  if (asked === undefined && problems.length > 0) throw new Problems([unreadable(host), ...problems]);
  const run =
    asked === undefined
      ? (runs.find(({ outcome }) => outcome === "unfinished") ?? runs.find(stands))
      : readRun(host, asked);
  if (run === undefined)
    throw new Problem("undo-nothing", "there is no run to take back on this host", {
      hint: `${ownCommand(host, "history")} lists the runs`,
    });
  if (run.outcome !== "unfinished" && !stands(run)) throw alreadyBack(run, host);
  throwIfErrors(runsInTheWay(run, runs, host));
  return run;
}

async function dryRun(
  wanted: readonly RecordedRun[],
  host: Host,
  { to, keepChanged }: RollbackArguments,
  { output }: CommandContext,
): Promise<ExitCode> {
  for (const problem of await unfinishedWarning(host))
    if (problem.code === "workflow-run-going-on") throw new Problems([problem]);
  const documents = [];
  const later = new Set<string>();
  for (const run of wanted) {
    // what a later run will have put back by then is not in the way
    const found = (await obstacles(run, host)).filter(({ where }) => !later.has(where?.path ?? ""));
    if (!keepChanged) throwIfErrors(found);
    if (output.json) documents.push(rollbackJson(run, null, found));
    else {
      showWanted(run, output);
      for (const { where, detail } of found)
        output.result(`  kept as it is: ${cleanLine(where?.path ?? "")}: ${cleanLine(detail ?? "")}`);
    }
    for (const { change } of run.changes) later.add(change.path);
  }
  if (output.json) output.document(documentOf(host, { to }, documents));
  return wanted.some(({ changes }) => changes.some(mayStand)) ? exitCodes.changesPending : exitCodes.done;
}

function showWanted(run: RecordedRun, output: Output): void {
  output.result(`would take back run ${run.sequence} of ${timeText(run.began)}, the last change first:`);
  for (const { change } of run.changes.filter(mayStand).reverse()) output.result(`  ↶ ${changeText(change)}`);
}

const saysNothingOfFiles: ReadonlySet<string> = new Set([
  "workflow-journal-incomplete",
  "workflow-old-runs-kept",
  "service-undone-settings",
]);

function show(run: RecordedRun, { outcome, problems }: TakeBackResult, { output }: CommandContext): void {
  if (output.json) return;
  for (const problem of problems) output.problem(problem);
  const kept = problems.some(({ code }) => !saysNothingOfFiles.has(code));
  const end = `${asBeforeText}${kept ? ", except for what was kept" : ""}`;
  output.result(
    outcome === "failed"
      ? `run ${run.sequence} could not be taken back completely`
      : `run ${run.sequence} was taken back: ${end}`,
  );
}

function alreadyBack({ sequence, folder }: RecordedRun, host: Host): Problem {
  return new Problem("undo-nothing", `nothing of run ${sequence} is left to take back`, {
    where: { path: folder },
    hint: `${ownCommand(host, `history ${sequence}`)} shows what became of it`,
  });
}

function unreadable(host: Host): Problem {
  return new Problem(
    "undo-nothing",
    "cannot determine which run is the latest, since not every record can be read",
    {
      hint:
        `name the run: ${ownCommand(host, "history")} lists them, ${ownCommand(host, "rollback RUN")} ` +
        "takes one back",
    },
  );
}

function needsRoot(): Problem {
  return new Problem("rollback-needs-root", "rollback changes the host and must run as root", {
    hint: "sudo knetctl rollback …",
  });
}
