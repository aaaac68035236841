import type { Host } from "../../host/host.js";
import { ownCommand } from "../../host/own-command.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { Problem, Problems } from "../../problem/problem.js";
import { historyJson, runJson } from "../../ui/reports/history-json.js";
import { historyText, runText } from "../../ui/reports/history-text.js";
import { counted } from "../../formats/text/counted.js";
import type { RecordedRun } from "../../workflow/journal/entry.js";
import { readRun, readRuns, requireRunName } from "../../workflow/journal/runs.js";
import { runsInTheWay } from "../../workflow/undo/later-runs.js";
import { unfinishedWarning } from "../../workflow/undo/recover.js";
import { obstacles } from "../../workflow/undo/take-back.js";
import type { CommandContext, CommandRun } from "../command.js";

/**
 * `knetctl history`: the runs that changed this host; with a run's number or name, that run in full. Changes
 * nothing.
 */
export const history: CommandRun<{ run?: string | undefined; root?: string | undefined }> = async (
  { run, root },
  context,
) => {
  // mistakes in the command line are reported to every user
  if (run !== undefined) requireRunName(run);
  const host = await context.host({ root, readOnly: true });
  if (!context.isRoot) throw needsRoot();
  return run === undefined ? listRuns(host, context) : showRun(readRun(host, run), host, context);
};

async function listRuns(host: Host, { output }: CommandContext) {
  const { runs, problems: unreadable } = readRuns(host);
  const problems = [
    ...unreadable,
    ...(await unfinishedWarning(host)).filter(
      ({ severity, code }) =>
        severity === "warning" && code !== "journal-damaged" && code !== "journal-newer",
    ),
  ];
  if (output.json) output.document(historyJson(runs, problems));
  else output.result(historyText(runs, output.style, output.width));
  for (const problem of problems) output.problem(problem);
  if (unreadable.length > 0 && !output.json)
    output.note(`failed: ${counted(unreadable.length, "record")} cannot be read`);
  return unreadable.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function showRun(run: RecordedRun, host: Host, { output }: CommandContext) {
  const inTheWay = [...runsInTheWay(run, readRuns(host).runs, host), ...(await obstaclesOf(run, host))];
  if (output.json) output.document(runJson(run, inTheWay));
  else output.result(runText(run, inTheWay, ownCommand(host, `rollback ${run.run}`), output.style));
  return exitCodes.done;
}

async function obstaclesOf(run: RecordedRun, host: Host): Promise<readonly Problem[]> {
  try {
    return await obstacles(run, host);
  } catch (error) {
    if (error instanceof Problems) return error.list;
    if (error instanceof Problem) return [error];
    throw error;
  }
}

function needsRoot(): Problem {
  return new Problem("history-needs-root", "only root can read the records of runs", {
    hint: "sudo knetctl history",
  });
}
