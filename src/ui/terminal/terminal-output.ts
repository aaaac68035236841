import { inspect } from "node:util";
import { exitCodes } from "../../problem/exit-codes.js";
import { spoken, spokenWord } from "../../language/spoken.js";
import { errorCount, exitCodeOf, Problem } from "../../problem/problem.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { Checked, CheckFormat } from "../checks/checked.js";
import type { Output, Style } from "./output.js";
import { cleanLine, cleanText } from "../text/clean-text.js";
import { imageWords, type ImageWords } from "../text/image-words.js";
import { problemText } from "../text/problem-text.js";
import { inAscii, isUtf8 } from "../text/signs.js";
import { cutToWidth, shownColours, style } from "../text/width.js";

export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  /** Whether a text was lost, for any reason. */
  lost?(): boolean;
}

export interface OutputOptions {
  readonly json: boolean;
  /** What standard output is to hold instead of text for people. */
  readonly format?: CheckFormat | undefined;
  readonly verbose: boolean;
  /** The stack to show of an error, if not its own. */
  readonly stackOf?: ((error: Error) => string) | undefined;
  readonly quiet: boolean;
  /** False: no colours, whatever the environment says. */
  readonly color: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface TerminalOutput extends Output {
  /**
   * From now on, paths of the host are as seen inside this folder; a line before the first says so. Problems
   * and notes name the image where their texts say "this host".
   */
  inside(root: string): void;
  readonly told: (text: string) => string;
  /** The same in English, for documents. */
  readonly inImage: (text: string) => string;
  /** How a command ended that threw these problems: one line for people. */
  thrown(problems: readonly Problem[]): void;
  readonly format: CheckFormat | undefined;
  /** What `checks` was told last. */
  readonly checked: Checked | undefined;
}

/**
 * The program's output on two streams, and the one place where text is cleaned of what a terminal interprets:
 * only knetctl's colours and cursor movements pass. Signs are plain where the locale is not UTF-8.
 */
export function terminalOutput(options: OutputOptions): TerminalOutput {
  const { stdout, stderr, json, format, quiet, verbose, environment } = options;
  // its annotations tell the problems, and other text in the same log could begin a command
  const isSilent = json || format === "github";
  const drawable = environment["TERM"] !== "dumb" && !isSilent;
  const terminal = drawable && stderr.isTTY === true;
  const screen = drawable && format === undefined && stdout.isTTY === true;
  const errorStyle = style(hasColours(options, terminal));
  /** Text as it is written: cleaned, with signs that can be shown, and with knetctl's colours. */
  const plain = isUtf8(environment) ? (text: string): string => text : inAscii;
  const shown = (text: string): string => shownColours(plain(cleanText(text)));
  const shownBefore = new Set<string>();
  let root: string | undefined;
  let words: ImageWords | undefined;
  let saidWhose = false;
  let verdict: string | undefined;
  let checked: Checked | undefined;
  let drawn = false;
  const wipe = (): string => {
    const control = drawn ? "\r\u001b[K" : "";
    drawn = false;
    return control;
  };
  /** In the language of this process, and with an image named. */
  const told = (text: string): string => words?.text(spoken(text)) ?? spoken(text);
  /** Before a text that names a path which may be inside the image: what ends a command comes last. */
  const sayWhose = (text: string): void => {
    if (root === undefined || saidWhose || isSilent || !/(?:^|[\s"'(])\/\w/m.test(text)) return;
    const whose =
      `paths of the host are as seen inside ${root}; the profile's, its archive's and ` +
      "those in commands to run are this machine's";
    saidWhose = true;
    stderr.write(`${wipe()}${shown(spoken(whose))}\n`);
  };
  const note = (text: string): void => {
    if (!quiet && !isSilent) stderr.write(`${wipe()}${shown(told(text))}\n`);
  };
  return {
    json,
    format,
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
    style: format === undefined ? style(hasColours(options, screen)) : errorStyle,
    get checked() {
      return checked;
    },
    checks: (told) => {
      if (format !== undefined) checked = told();
    },
    inside: (folder) => {
      root = folder;
      words = imageWords(folder);
    },
    told,
    inImage: (text) => words?.text(text) ?? text,
    result: (text) => {
      if (format === "github") return;
      sayWhose(text);
      (format === undefined ? stdout : stderr).write(`${wipe()}${shown(ended(spoken(text)))}`);
    },
    // a terminal interprets everything written to it; a file or a program gets the text itself
    file: (text) => stdout.write(`${wipe()}${stdout.isTTY === true ? cleanText(ended(text)) : ended(text)}`),
    picture: (lines, first) => {
      const room = first ? "\n".repeat(stdout.rows ?? 0) : "";
      stdout.write(`${room}${drawnOver(lines.map((line) => shown(cleanLine(spoken(line)))))}`);
    },
    document: (value) => {
      const whole = root !== undefined && typeof value === "object" ? { root, ...value } : value;
      stdout.write(`${jsonText(whole, words, 2)}\n`);
    },
    documentLine: (value) => stdout.write(`${jsonText(value, words)}\n`),
    note,
    ifThrown: (text) => {
      verdict = text;
    },
    thrown: (problems) => {
      if (problems.some(isUsage)) return;
      // where knetctl itself is at fault, what it believed says nothing
      const believed = problems.some(({ code }) => code === "internal-error") ? undefined : verdict;
      if (exitCodeOf(problems) !== exitCodes.interrupted) note(`failed: ${believed ?? errorCount(problems)}`);
      else if (verdict !== undefined) note(`interrupted: ${verdict}`);
    },
    transient: (text) => {
      if (!terminal || quiet) return;
      stderr.write(
        `${wipe()}${shown(cutToWidth(plain(cleanLine(spoken(text))), (stderr.columns ?? 80) - 1))}`,
      );
      drawn = true;
    },
    progress: (event) => {
      if (json) stderr.write(`${jsonText(event, words)}\n`);
    },
    // several parts of a run may meet the same problem; shown twice, it would look like two
    problem: (problem) => {
      const text = JSON.stringify(problem);
      if (!isSilent && !shownBefore.has(text)) {
        const cause = verbose ? causeText(problem, errorStyle, options.stackOf) : "";
        const whole = problemText(toldProblem(problem, told), errorStyle);
        sayWhose(whole);
        stderr.write(`${wipe()}${shown(`${whole}\n${words?.text(cause) ?? cause}`)}`);
      }
      shownBefore.add(text);
    },
  };
}

/** For people: `--json` and `--format` have the problem itself. */
function toldProblem(problem: Problem, told: (text: string) => string): Problem {
  const { code, message, severity, where, detail, hint, cause } = problem;
  return new Problem(code, told(message), {
    severity,
    ...(where && { where }),
    ...(detail !== undefined && { detail: told(detail) }),
    ...(hint !== undefined && { hint: told(hint) }),
    cause,
  });
}

/** Its text says everything: the command has not begun. */
function isUsage({ code }: Problem): boolean {
  return code === "usage-invalid";
}

function ended(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

/**
 * Colours are used on a terminal, and not with NO_COLOR (no-color.org), TERM=dumb or --no-color. FORCE_COLOR
 * (force-color.org) asks for them elsewhere too, in the log of a pipeline; 0 and false there mean none.
 */
function hasColours({ color, json, environment }: OutputOptions, terminal: boolean): boolean {
  if (!color || json) return false;
  const forced = environment["FORCE_COLOR"] ?? "";
  if (forced !== "") return forced !== "0" && forced !== "false";
  return terminal && (environment["NO_COLOR"] ?? "") === "";
}

/** JSON leaves C1, directional marks and U+2028 as they are; as escapes they mean the same. */
function jsonText(value: unknown, words: ImageWords | undefined, indent?: number): string {
  return cleanText(JSON.stringify(value, words?.replacer, indent));
}

const [home, eraseLineEnd, eraseBelow] = ["\u001b[H", "\u001b[K", "\u001b[J"];

/**
 * The screen is not cleared first: it would flicker. Ends with a line break: one more would make the picture
 * scroll.
 */
function drawnOver(lines: readonly string[]): string {
  return `${home}${lines.map((line) => `${line}${eraseLineEnd}`).join("\n")}${eraseBelow}\n`;
}

function causeText({ cause }: Problem, style: Style, stackOf: OutputOptions["stackOf"]): string {
  if (cause === undefined) return "";
  const text = cause instanceof Error ? (stackOf?.(cause) ?? cause.stack ?? cause.message) : inspect(cause);
  return style.dim(`  ${spokenWord("cause:")} ${withoutUrlSecrets(text)}`) + "\n";
}
