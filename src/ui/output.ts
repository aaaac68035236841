import type { Problem } from "../problem/problem.js";

/**
 * How the program speaks. Results go to standard output; progress, problems and notes to standard error. With `--json`
 * standard output carries one JSON document and nothing else. All text is cleaned of control characters on its way out.
 */
export interface Output {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Standard error is a terminal: progress may be redrawn. */
  readonly terminal: boolean;
  /** Text for standard output, as it is, with a line break added where the text has none. */
  result(text: string): void;
  /** The one document of `--json`. */
  document(value: unknown): void;
  /** A line for people on standard error; nothing with `--quiet` or `--json`. */
  note(text: string): void;
  /** Shows a problem on standard error: what, where, why, hint. With `--json` it belongs into the document instead. */
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
