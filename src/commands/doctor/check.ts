import type { Problem } from "../../problem/problem.js";
import type { Around } from "./around.js";

/** What a check saw: what is there, in a few words, and what is wrong with it; or why it did not look. */
export type Seen =
  | { readonly text: string; readonly problems?: readonly Problem[] }
  | { readonly skipped: string };

/**
 * One check of the surroundings. It only looks: it changes nothing, loads no vendor code, logs in nowhere,
 * and reads no PIN: a file that holds one besides other things is compared without it. It throws Problems
 * for what keeps it from looking.
 */
export interface Check {
  /** Its name in reports, which never changes. */
  readonly id: string;
  /** What is right when it is ok. */
  readonly title: string;
  look(around: Around): Seen | Promise<Seen>;
  /** Where it is made once for each of several things: those checks; none: it is made itself. */
  each?(around: Around): readonly Check[];
}

/** `fail`: one of the problems is an error; `warn`: all are warnings. */
export type Status = "ok" | "warn" | "fail" | "skipped";

export interface Checked extends Pick<Check, "id" | "title"> {
  readonly status: Status;
  /** What was seen, or why nothing was. */
  readonly text: string;
  readonly problems: readonly Problem[];
}
