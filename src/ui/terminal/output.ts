import type { Problem } from "../../problem/problem.js";

/**
 * How the program speaks. Results go to standard output; progress, problems and notes to standard error. With
 * `--json` standard output carries one JSON document and nothing else. All text is cleaned on its way out of
 * what a terminal obeys or does not show; whoever composes lines of text from outside sees to its line breaks
 * (clean-text.ts).
 */
export interface Output {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Standard error is a terminal: progress may be redrawn. */
  readonly terminal: boolean;
  /** Columns of standard output where that is a terminal. */
  readonly width?: number | undefined;
  /**
   * Rows of standard output where that is a terminal that can be drawn over: not a dumb one, and not with
   * `--json`.
   */
  readonly height?: number | undefined;
  /**
   * Standard output takes nothing any more: its reader is gone, or a write failed. Whoever writes for long
   * ends by it.
   */
  readonly lost?: boolean;
  /** Text for people on standard output, with a line break added where the text has none. */
  result(text: string): void;
  /**
   * Text that is to become a file, to the letter where standard output is not a terminal; with a line break
   * added where the text has none.
   */
  file(text: string): void;
  /**
   * Lines drawn over the last ones, from the top of a terminal's screen. `first`: what stands on it scrolls
   * up, and can be read again.
   */
  picture(lines: readonly string[], first: boolean): void;
  /** The one document of `--json`. */
  document(value: unknown): void;
  /** One of many documents, each on a line of its own. */
  documentLine(value: unknown): void;
  /** A line for people on standard error; nothing with `--quiet` or `--json`. */
  note(text: string): void;
  /** A line that the next one overwrites; shown on a terminal only. */
  transient(text: string): void;
  /** One JSON line on standard error; only with `--json`. */
  progress(event: object): void;
  /**
   * Shows a problem on standard error: what, where, why, hint. With `--json` it belongs into the document
   * instead.
   */
  problem(problem: Problem): void;
  readonly style: Style;
}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
}
