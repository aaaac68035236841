import type { AbsolutePath } from "../../host/path.js";
import type { ProblemJson } from "../../problem/problem.js";
import type { Restart } from "../change-kind.js";
import type { Change } from "../change.js";

export type Outcome = "applied" | "unchanged" | "failed" | "rolled-back";

/** Who starts a run, or takes it back, and with which version of knetctl. */
export interface RunAuthor {
  /** The person, as far as the system knows: `anna`, or `root`. */
  readonly who: string;
  /** Version of knetctl. */
  readonly version: string;
}

/** What identifies a run's origin: who started it, and with what. */
export interface RunHeader extends RunAuthor {
  /** Path of the profile, or the command that asked for the changes. */
  readonly profile: string;
  readonly changes: readonly Change[];
  /** Restarts that are left to the user. */
  readonly owes?: readonly Restart[];
}

/**
 * A line of a run's journal. `number` counts the plan's changes from 1. Schema: schemas/journal.schema.json.
 */
export type JournalEntry =
  | (RunHeader & {
      readonly type: "begin";
      readonly format: 1;
      readonly run: string;
      readonly sequence: number;
      readonly time: string;
    })
  | { readonly type: "intent"; readonly number: number; readonly prior: unknown }
  | { readonly type: "done"; readonly number: number }
  /** Another process, or a later command, begins to take the run back. */
  | (RunAuthor & { readonly type: "rollback"; readonly time: string })
  | { readonly type: "undone"; readonly number: number }
  | { readonly type: "undo-failed"; readonly number: number; readonly problem: ProblemJson }
  | {
      readonly type: "end";
      readonly time: string;
      readonly outcome: Outcome;
      readonly problems: readonly ProblemJson[];
    };

/** How far one change of a run has got. */
export type ChangeProgress = "planned" | "begun" | "done" | "undone" | "undo-failed";

export interface JournaledChange {
  /** Its place in the plan, from 1. */
  readonly number: number;
  readonly change: Change;
  readonly progress: ChangeProgress;
  /** The state before, as recorded by the change's kind; absent while it is only planned. */
  readonly prior?: unknown;
}

/** A run as recorded in its journal. */
export interface RecordedRun extends Omit<RunHeader, "changes" | "owes"> {
  readonly run: string;
  readonly folder: AbsolutePath;
  /** Counts the runs of a host; unlike the time, it only ever increases. */
  readonly sequence: number;
  /** ISO 8601, UTC: when it began, and when it, or the last rollback of it, ended. */
  readonly began: string;
  readonly ended?: string;
  /** How it ended; `unfinished` if neither it nor a rollback of it was completed. */
  readonly outcome: Outcome | "unfinished";
  readonly changes: readonly JournaledChange[];
  /** Restarts that were left to the user. */
  readonly owes: readonly Restart[];
  readonly problems: readonly ProblemJson[];
  /** The journal's complete lines, which a rollback continues. */
  readonly text: string;
}
