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
  const terminal = stderr.isTTY === true && options.environment["TERM"] !== "dumb" && !json;
  const colours = terminal && (options.environment["NO_COLOR"] ?? "") === "";
  const errorStyle = style(colours);
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
    width: stdout.isTTY === true ? stdout.columns : undefined,
    style: style(colours && stdout.isTTY === true),
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
