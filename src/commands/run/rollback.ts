import type { Host } from "../../host/host.js";
import { acquireLock } from "../../host/lock.js";
import { ownCommand } from "../../host/own-command.js";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import { Problem, Problems, throwIfErrors, exitCodeOf } from "../../problem/problem.js";
import { asBeforeText } from "../../ui/reports/as-before-text.js";
import { changeText } from "../../ui/reports/plan-text.js";
import { rollbackJson } from "../../ui/reports/history-json.js";
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
  readonly root?: string | undefined;
  readonly dryRun: boolean;
  readonly keepChanged: boolean;
  readonly lockTimeout: number;
}

/** `knetctl rollback`: takes back what a run changed, or refuses and says what would be lost. */
export const rollback: CommandRun<RollbackArguments> = async (args, context) => {
  const { output, signal } = context;
  // mistakes in the command line are reported to every user
  if (args.run !== undefined) requireRunName(args.run);
  const host = await context.host({ root: args.root, readOnly: args.dryRun });
  if (!context.isRoot) throw needsRoot();
  if (args.dryRun) return dryRun(chosen(host, args.run), host, args, context);
  const lock = await acquireLock({ host, waitSeconds: args.lockTimeout, signal });
  context.whenLeft(() => {
    sayHowToGoOn(host, output);
  });
  try {
    await removeForsakenStages(context);
    const run = chosen(host, args.run);
    const result = await takeBack(run, host, {
      ...runAuthor(host, context),
      keepChanged: args.keepChanged,
      listener: progressListener(output),
    });
    return show(run, result, context);
  } finally {
    lock.release();
  }
};

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
  run: RecordedRun,
  host: Host,
  { keepChanged }: RollbackArguments,
  { output }: CommandContext,
): Promise<ExitCode> {
  const found = await obstacles(run, host);
  if (!keepChanged) throwIfErrors(found);
  for (const problem of await unfinishedWarning(host))
    if (problem.code === "workflow-run-going-on") throw new Problems([problem]);
  if (output.json) output.document(rollbackJson(run, null, found));
  else {
    output.result(`would take back run ${run.sequence} of ${timeText(run.began)}, the last change first:`);
    for (const { change } of run.changes.filter(mayStand).reverse())
      output.result(`  ↶ ${changeText(change)}`);
    for (const { where, detail } of found)
      output.result(`  kept as it is: ${cleanLine(where?.path ?? "")}: ${cleanLine(detail ?? "")}`);
  }
  return run.changes.some(mayStand) ? exitCodes.changesPending : exitCodes.done;
}

const saysNothingOfFiles: ReadonlySet<string> = new Set([
  "workflow-journal-incomplete",
  "workflow-old-runs-kept",
  "service-undone-settings",
]);

function show(run: RecordedRun, result: TakeBackResult, { output }: CommandContext): ExitCode {
  const { outcome, problems } = result;
  if (output.json) output.document(rollbackJson(run, result, problems));
  else {
    for (const problem of problems) output.problem(problem);
    const kept = problems.some(({ code }) => !saysNothingOfFiles.has(code));
    const end = `${asBeforeText}${kept ? ", except for what was kept" : ""}`;
    output.result(
      outcome === "failed"
        ? `run ${run.sequence} could not be taken back completely`
        : `run ${run.sequence} was taken back: ${end}`,
    );
  }
  return outcome === "rolled-back" ? exitCodes.done : exitCodeOf(problems, exitCodes.failed);
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
