import { inspect } from "node:util";
import type { Problem } from "../problem/problem.js";
import { cleanText } from "./clean-text.js";
import type { Output, Style } from "./output.js";
import { problemText } from "./problem-text.js";
import { style } from "./style.js";

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** A text was lost, for whatever reason. */
  lost?(): boolean;
}

export interface OutputOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** The program's voice on two streams. Colours only on a terminal, and not with NO_COLOR (no-color.org) or TERM=dumb. */
export function terminalOutput(options: OutputOptions): Output {
  const { stdout, stderr, json, quiet, verbose } = options;
  const drawable = options.environment["TERM"] !== "dumb" && !json;
  const terminal = drawable && stderr.isTTY === true;
  const screen = drawable && stdout.isTTY === true;
  const colours = (options.environment["NO_COLOR"] ?? "") === "";
  const errorStyle = style(colours && terminal);
  let drawn = false;
  const wipe = (): string => {
    const control = drawn ? "\r\u001b[K" : "";
    drawn = false;
    return control;
  };
  return {
    json,
    verbose,
    quiet,
    terminal,
    // both change with the window
    get width() {
      return stdout.isTTY === true ? stdout.columns : undefined;
    },
    get height() {
      return screen ? stdout.rows : undefined;
    },
    get lost() {
      return stdout.lost?.() ?? false;
    },
    style: style(colours && screen),
    result: (text) => stdout.write(`${wipe()}${text.endsWith("\n") ? text : `${text}\n`}`),
    document: (value) => stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
    note: (text) => {
      if (!quiet && !json) stderr.write(`${wipe()}${text}\n`);
    },
    transient: (text) => {
      if (!terminal || quiet) return;
      stderr.write(`${wipe()}${text.slice(0, (stderr.columns ?? 80) - 1)}`);
      drawn = true;
    },
    progress: (event) => {
      if (json) stderr.write(`${JSON.stringify(event)}\n`);
    },
    problem: (problem) => {
      if (!json) stderr.write(`${wipe()}${problemText(problem, errorStyle)}\n${verbose ? causeText(problem, errorStyle) : ""}`);
    },
  };
}

function causeText(problem: Problem, shown: Style): string {
  if (problem.cause === undefined) return "";
  const text = problem.cause instanceof Error ? (problem.cause.stack ?? problem.cause.message) : inspect(problem.cause);
  return shown.dim(`  cause: ${cleanText(text)}`) + "\n";
}
