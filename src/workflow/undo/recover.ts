import type { Host } from "../../host/host.js";
import { isLocked } from "../../host/lock.js";
import { currentFile } from "../../host/path.js";
import { ownCommand } from "../../host/own-command.js";
import { asWarning, Problem, Problems } from "../../problem/problem.js";
import type { RecordedRun } from "../journal/entry.js";
import { currentRun, readRun } from "../journal/runs.js";
import { takeBack, type TakeBackOptions, type TakeBackResult } from "./take-back.js";

/**
 * Takes back what a run that was cut off (killed, power lost) has left half done, so that the next one starts
 * from a known state. The caller holds the lock, so a run named as current cannot still be in progress.
 * Undefined if there is nothing to take back; throws Problems if that is not possible, or not without losing
 * what somebody has done since.
 */
export async function recover(
  host: Host,
  options: Omit<TakeBackOptions, "keepChanged">,
): Promise<(TakeBackResult & { readonly run: RecordedRun }) | undefined> {
  const run = unfinishedRun(host);
  if (run === undefined) return undefined;
  const result = await takeBackFirst(run, host, options);
  if (result.outcome === "failed") throw new Problems([mustComeFirst(run, host), ...result.problems]);
  return { ...result, run };
}

/**
 * The run that the host's state names as current and whose journal has no end; undefined if there is none, or
 * if it had not begun.
 */
export function unfinishedRun(host: Host): RecordedRun | undefined {
  const name = currentRun(host);
  const run = name === undefined ? undefined : begunRun(host, name);
  return run?.outcome === "unfinished" ? run : undefined;
}

/**
 * For commands that only look: a warning about a run that was cut off or is still in progress. Empty if this
 * user has no permission to look.
 */
export async function unfinishedWarning(host: Host): Promise<readonly Problem[]> {
  try {
    const run = unfinishedRun(host);
    if (run === undefined) return [];
    return [(await isLocked(host)) ? goingOn(run) : cutOff(run, host)];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code === "host-not-permitted" ? [] : [asWarning(error)];
  }
}

function begunRun(host: Host, name: string): RecordedRun | undefined {
  try {
    return readRun(host, name);
  } catch (error) {
    // it was killed between naming the run and beginning it
    if (error instanceof Problem && error.code === "run-unknown") return undefined;
    if (error instanceof Problem && error.code === "journal-damaged") throw unreadable(host, error);
    throw error;
  }
}

async function takeBackFirst(
  run: RecordedRun,
  host: Host,
  options: Omit<TakeBackOptions, "keepChanged">,
): Promise<TakeBackResult> {
  try {
    return await takeBack(run, host, { ...options, keepChanged: false });
  } catch (error) {
    if (error instanceof Problems) throw new Problems([mustComeFirst(run, host), ...error.list]);
    throw error;
  }
}

/** Only a person can take the run back, and then confirms it by removing the note about it. */
function unreadable({ root }: Host, { code, message, where, detail, cause }: Problem): Problem {
  return new Problem(code, message, {
    ...(where && { where }),
    ...(detail !== undefined && { detail }),
    hint:
      "this is the record of a run that was cut off; undo by hand what the run did (copies of what it " +
      `replaced lie beside the record), then: rm ${root === "/" ? "" : root}${currentFile}`,
    cause,
  });
}

function mustComeFirst({ sequence, began, run, folder }: RecordedRun, host: Host): Problem {
  return new Problem(
    "workflow-unfinished-run",
    `run ${sequence} of ${began} was cut off and must be taken back first`,
    {
      where: { path: folder },
      hint: `${ownCommand(host, `history ${run}`)} shows what it did`,
    },
  );
}

function cutOff({ sequence, began, run, folder }: RecordedRun, host: Host): Problem {
  return new Problem(
    "workflow-unfinished-run",
    `run ${sequence} of ${began} was cut off in the middle of its work`,
    {
      severity: "warning",
      where: { path: folder },
      detail: "the state shown is the one that this run left behind",
      hint:
        `the next apply takes it back before it begins; ${ownCommand(host, `rollback ${run}`)} does so ` +
        "now",
    },
  );
}

function goingOn({ sequence, began, folder }: RecordedRun): Problem {
  return new Problem("workflow-run-going-on", `run ${sequence} of ${began} is still in progress`, {
    severity: "warning",
    where: { path: folder },
    detail: "the run is still changing the host, so the state shown is not final",
    hint: "wait for it to finish, then look again",
  });
}
