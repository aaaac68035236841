import type { Problem } from "../../problem/problem.js";
import type { Checked } from "../checks/checked.js";

/**
 * How the program speaks. Results go to standard output; progress, problems and notes to standard error. With
 * `--json` standard output carries one JSON document and nothing else. All text is cleaned on output of
 * characters that a terminal interprets or does not show; code that composes lines from outside text takes
 * care of line breaks in it (clean-text.ts).
 */
export interface Output {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Whether standard error is a terminal, so that progress may be redrawn. */
  readonly terminal: boolean;
  /** Columns of standard output if it is a terminal. */
  readonly width?: number | undefined;
  /**
   * Rows of standard output if it is a terminal that can be redrawn: not a dumb one, and not with `--json`.
   */
  readonly height?: number | undefined;
  /**
   * Standard output accepts nothing any more: its reader is gone, or a write failed. A command that keeps
   * writing ends when this happens.
   */
  readonly lost?: boolean;
  /** Text for people on standard output, with a line break added if the text does not end in one. */
  result(text: string): void;
  /**
   * Text that is to become a file, unaltered if standard output is not a terminal; with a line break added if
   * the text does not end in one.
   */
  file(text: string): void;
  /**
   * Lines drawn over the previous ones, from the top of a terminal's screen. `first`: what is on it scrolls
   * up, so that it can still be read.
   */
  picture(lines: readonly string[], first: boolean): void;
  /** The one document of `--json`. */
  document(value: unknown): void;
  /** One of many documents, each on a line of its own. */
  documentLine(value: unknown): void;
  /** A line for people on standard error; not shown with `--quiet` or `--json`. */
  note(text: string): void;
  /** A line that the next one overwrites; shown only on a terminal. */
  transient(text: string): void;
  /** One JSON line on standard error; only with `--json`. */
  progress(event: object): void;
  /**
   * Shows a problem on standard error: what, where, why, hint. With `--json` it belongs in the document
   * instead.
   */
  problem(problem: Problem): void;
  /**
   * What was checked, for `--format`, whose text takes the place of the document; `told` is called only where
   * one is asked for. With `junit` and `sarif` the results for people go to standard error.
   */
  checks?(told: () => Checked): void;
  /** What can be said, after the problems, if the command throws from here on: "nothing was changed". */
  ifThrown(verdict: string | undefined): void;
  /**
   * A problem's text, or a note, as `problem` and `note` show it: an image named instead of "this host". For
   * notes within a result.
   */
  readonly told?: (text: string) => string;
  readonly style: Style;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}
