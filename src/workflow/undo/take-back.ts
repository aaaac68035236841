import type { Host } from "../../host/host.js";
import { ownCommand } from "../../host/own-command.js";
import { asWarning, Problem, throwIfErrors } from "../../problem/problem.js";
import { type Change, changeFromJournal, type UndoableChange, withKind } from "../change.js";
import type { Outcome, RecordedRun, RunAuthor } from "../journal/entry.js";
import { Journal } from "../journal/journal.js";
import { mayStand } from "../journal/recorded-run.js";
import type { ProgressListener } from "../progress.js";
import { standingElsewhere, undoChanges } from "./undo-changes.js";
import { undoneSettings } from "../unread-changes.js";

export interface TakeBackOptions extends RunAuthor {
  /**
   * True: what somebody changed since is left as it is, and the rest is taken back. False: nothing is taken
   * back if there is any such change.
   */
  readonly keepChanged: boolean;
  readonly listener: ProgressListener;
}

export interface TakeBackResult {
  /** `rolled-back` when every change was observed to be as before the run, or was kept as asked. */
  readonly outcome: Outcome & ("rolled-back" | "failed");
  readonly problems: readonly Problem[];
}

/**
 * What keeps a run from being taken back without losing what was done since: one problem (`undo-unsafe`) for
 * each place that is neither as the run left it nor as it was before. Only looks.
 */
export async function obstacles(run: RecordedRun, host: Host): Promise<readonly Problem[]> {
  const made = mayStandOf(run, host, () => undefined);
  const isReplaced = replacedIn(made);
  const found = new Map<string, Problem>();
  for (const recorded of made) {
    // where a later change of the run wrote again, that one stands for both
    if (isReplaced(recorded)) continue;
    const standing = await recorded.observe();
    // what took the place of a folder is in the way of all that was made in it
    if (standing.state === "other" && !found.has(standing.path))
      found.set(standing.path, unsafe(run, host, standing.path, standing.because));
  }
  return [...found.values()];
}

/**
 * Takes a recorded run back, whether it was cut off, ended or was taken back in part, and checks whether all
 * is as before. The caller holds the lock. Throws the `obstacles` as Problems, before anything is changed;
 * what fails later is in the result.
 */
export async function takeBack(
  run: RecordedRun,
  host: Host,
  { who, version, keepChanged, listener }: TakeBackOptions,
): Promise<TakeBackResult> {
  const kept = await obstacles(run, host);
  if (!keepChanged) throwIfErrors(kept);
  const made = mayStandOf(run, host, listener);
  const journal = Journal.reopen(host, run, { who, version });
  listener({ type: "taking-back", run });
  const { failures, unwritten, unlabelled } = await undoChanges(made, journal, listener);
  const failed = new Set(failures.map(({ recorded }) => recorded));
  const left = [
    ...failures.map(({ problem }) => problem),
    ...(await notAsBefore(made.filter((recorded) => !failed.has(recorded)))),
  ];
  const problems = left.map((problem) => (keepChanged && isKept(problem) ? asWarning(problem) : problem));
  const outcome = problems.some(({ severity }) => severity === "error") ? "failed" : "rolled-back";
  const unended = journal.end({
    type: "end",
    time: new Date().toISOString(),
    outcome,
    problems: problems.map((problem) => problem.toJSON()),
  });
  const seen = await undoneSettings(run.run, host);
  return {
    outcome,
    problems: [
      ...problems,
      ...unwritten.slice(0, 1),
      ...(unwritten.length > 0 ? [] : unended),
      ...unlabelled,
      ...seen,
    ],
  };
}

/** What was begun and is not known to be undone, ready to be looked at and taken back. */
function mayStandOf(
  { folder, changes }: RecordedRun,
  host: Host,
  listener: ProgressListener,
): readonly UndoableChange[] {
  // one list for all: copies for each would grow with the square of their number
  const all = changes.map((one) => one.change);
  return changes.filter(mayStand).map(({ number, change, prior }) =>
    changeFromJournal(change, prior, {
      host,
      folder,
      number,
      recovering: true,
      changes: all,
      note: (text) => {
        listener({ type: "change-note", change, text });
      },
      report: (text) => {
        listener({ type: "change-report", change, text });
      },
    }),
  );
}

/** Whether a later one of them is of the same kind and path, or makes all that is there. */
function replacedIn(made: readonly UndoableChange[]): (recorded: UndoableChange) => boolean {
  const key = ({ kind, path }: Change): string => `${kind} ${path}`;
  // the last of each stays
  const lastOfKind = new Map(made.map(({ change, number }) => [key(change), number]));
  const lastWhole = new Map(
    made.filter(({ change }) => isWhole(change)).map(({ change, number }) => [change.path, number]),
  );
  return ({ change, number }) =>
    Math.max(lastOfKind.get(key(change)) ?? 0, lastWhole.get(change.path) ?? 0) > number;
}

function isWhole(change: Change): boolean {
  return withKind(change, (kind) => kind.isWhole === true);
}

async function notAsBefore(made: readonly UndoableChange[]): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const { change, standing } of await standingElsewhere(made)) {
    found.push(
      new Problem("workflow-not-as-before", "the run was taken back, but this is not as it was before", {
        where: { path: standing.state === "other" ? standing.path : change.path },
        ...(standing.state === "other" && { detail: standing.because }),
        hint: "find out who else is working on this host, then run the command again",
      }),
    );
  }
  return found;
}

function unsafe({ run, sequence }: RecordedRun, host: Host, path: string, because: string): Problem {
  return new Problem("undo-unsafe", `run ${sequence} cannot be taken back: something was changed since`, {
    where: { path },
    detail: because,
    hint:
      `restore it to how run ${sequence} left it, or keep it as it is and take back the rest: ` +
      ownCommand(host, `rollback ${run} --keep-changed`),
  });
}

/**
 * Left as it is because somebody changed it since, or because it is the folder of such a thing. Any other
 * failure remains a failure.
 */
function isKept({ cause }: Problem): boolean {
  return cause instanceof Problem && (cause.code === "undo-unsafe" || cause.code === "host-folder-not-empty");
}
