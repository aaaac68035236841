import { stripVTControlCharacters } from "node:util";
import { Problem } from "../../problem/problem.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { Command, CommandResult } from "../commands/command.js";
import type { AbsolutePath } from "../path.js";
import type { Interpreter } from "./interpreter.js";

/** How a script is run: behind the wall of a stage, or on the host itself. */
export type RunProgram = (command: Command) => Promise<CommandResult>;

export interface InstallScript {
  /** Folder of install.sh, as seen by what runs it. */
  readonly folder: AbsolutePath;
  readonly interpreter: Interpreter;
  readonly timeoutSeconds: number;
  /** Lines for its standard input. */
  readonly answers: readonly string[];
  /** The first line in which it waits for an answer. */
  readonly reads: { readonly line: number; readonly text: string } | undefined;
  /** Keeps its output, and returns where; left out: only its last lines are kept. */
  readonly keepOutput?: (output: string) => string;
  /** The archive's path, for Problems. */
  readonly archive: string;
  /** Whether it runs in a stage, where there is no systemd, and a network only when asked for. */
  readonly staged: boolean;
  readonly signal?: AbortSignal | undefined;
}

const logBytes = 256 * 1024;
const shownLines = 20;

/**
 * Runs install.sh in its own folder with umask 022, its answers on standard input and nothing else, nothing
 * of our environment and no terminal. Returns the last lines of its output, and what it found on standard
 * input: for every problem that has to do with it. Problems, with the same: `installer-failed`,
 * `installer-timeout`, `installer-asked`, `installer-no-systemd`.
 */
export async function runInstallScript(run: RunProgram, script: InstallScript): Promise<readonly string[]> {
  const { program, args } = script.interpreter;
  const command = program === undefined ? ["./install.sh"] : [program, ...args, "./install.sh"];
  const result = await run({
    program: "/bin/sh",
    args: ["-c", 'umask 022; cd "$1" || exit 125; shift; exec "$@" 2>&1', "sh", script.folder, ...command],
    // a terminal type that has colours: for "dumb", tput(1) fails, and many a script with it
    env: {
      HOME: "/root",
      USER: "root",
      LOGNAME: "root",
      TERM: "xterm",
      DEBIAN_FRONTEND: "noninteractive",
    },
    timeoutMs: script.timeoutSeconds * 1000,
    ...(script.answers.length > 0 && { input: script.answers.map((answer) => `${answer}\n`).join("") }),
    ...(script.signal && { signal: script.signal }),
  });
  const output = (result.stdout + result.stderr).slice(-logBytes);
  const kept = script.keepOutput?.(output);
  script.signal?.throwIfAborted();
  const words = lastWords(output, script);
  const problem = problemOf(result, output, script, (what, hint) => ({
    where: { path: script.archive },
    detail: [what, ...words].join("\n"),
    hint: kept === undefined ? hint : `${hint}; all of its output is in ${kept}`,
  }));
  if (problem !== undefined) throw problem;
  return words;
}

type Details = (
  what: string,
  hint: string,
) => { readonly where: { readonly path: string }; readonly detail: string; readonly hint: string };

function problemOf(
  result: CommandResult,
  output: string,
  script: InstallScript,
  details: Details,
): Problem | undefined {
  const isAsking = asks(output);
  if (result.timedOut)
    return new Problem(
      "installer-timeout",
      "install.sh did not end in time",
      details(
        `it was ended after ${script.timeoutSeconds} s${isAsking ? ", waiting for an answer" : ""}`,
        "raise module.installer_timeout in the profile if it needs longer",
      ),
    );
  if (result.exitCode === 0) return undefined;
  const how =
    result.exitCode === null ? `signal ${result.signal ?? "unknown"}` : `exit code ${result.exitCode}`;
  if (isAsking || script.reads !== undefined)
    return new Problem(
      "installer-asked",
      isAsking ? "install.sh asks a question" : "install.sh failed, and it is one that asks questions",
      details(
        `it ended with ${how}`,
        "put its answers into the profile, one for each question in their order: module: { answers: [y, …] }",
      ),
    );
  if (script.staged && withoutSystemd.test(output))
    return new Problem(
      "installer-no-systemd",
      "install.sh failed: it starts services, and there is no systemd where it is tried",
      details(
        `it ended with ${how}`,
        "if install.sh cannot do without systemd, let it run on this host itself: " +
          "module: { in_place: true }, or --in-place; what it replaces there cannot be put back",
      ),
    );
  const lacksNetwork = script.staged && withoutNetwork.test(output);
  return new Problem(
    "installer-failed",
    "install.sh failed",
    details(
      how,
      lacksNetwork
        ? "it may need the network, which it has only with module: { network: true }"
        : "read what it says",
    ),
  );
}

/** As systemctl(1) and service(8) put it. */
const withoutSystemd =
  /not been booted with systemd|connect to (?:system )?(?:scope )?bus|systemctl: (?:command )?not found/i;
/** As the C library, curl, wget, apt and dnf put it. */
const withoutNetwork =
  /name resolution|Could not resolve|Network is unreachable|getaddrinfo|Failed to download metadata/i;

/** A prompt ends without a line break, in a mark that waits for an answer. */
function asks(output: string): boolean {
  return /[?:>\])][ \t]*$/.test(withoutStyle(output)) && !output.endsWith("\n");
}

function lastWords(output: string, { answers, reads }: InstallScript): readonly string[] {
  const input =
    answers.length === 0
      ? "its standard input was empty"
      : `its standard input held the ${answers.length === 1 ? "answer" : `${answers.length} answers`} ` +
        "of the profile";
  const question = reads === undefined ? [] : [`it waits for an answer in line ${reads.line}: ${reads.text}`];
  const plain = withoutStyle(output).trimEnd();
  if (plain.trim() === "") return [input, ...question, "it printed nothing"];
  return [
    input,
    ...question,
    "its last lines:",
    ...plain
      .split("\n")
      .slice(-shownLines)
      .map((line) => withoutUrlSecrets(line).slice(0, 400)),
  ];
}

/** Without colours, and without control characters but line breaks and tabs. */
function withoutStyle(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]/gu, "");
}

/**
 * Where a shell script waits for an answer; undefined when it does not. One that reads a file, or what is
 * piped to it, does not.
 */
export function questionIn(script: string): InstallScript["reads"] {
  const lines = script.split("\n");
  const at = lines.findIndex(
    (line) =>
      /(?:^|[;&({]|\b(?:then|do|else|if)\s|!\s)\s*read(?:\s|;|$)/.test(line) &&
      !/^\s*#|\bwhile\b|<|\|\s*[({]?\s*read\b/.test(line),
  );
  return at < 0
    ? undefined
    : { line: at + 1, text: withoutUrlSecrets((lines[at] ?? "").trim()).slice(0, 80) };
}
