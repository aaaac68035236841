import { stripVTControlCharacters } from "node:util";
import { Problem } from "../../problem/problem.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { CommandResult, Host } from "../host.js";
import { joined } from "../path.js";
import type { AbsolutePath } from "../path.js";
import type { Interpreter } from "./interpreter.js";
import { endLeftOvers, markerVariable } from "../commands/left-over-processes.js";
import type { LeftOver } from "../commands/left-over-processes.js";

export interface InstallScript {
  /** Folder of install.sh, as seen from inside the host's root. */
  readonly folder: AbsolutePath;
  readonly interpreter: Interpreter;
  /** Random text by which the installer's processes are known. */
  readonly marker: string;
  readonly timeoutSeconds: number;
  /** Lines for its standard input. */
  readonly answers: readonly string[];
  /** The first line in which it waits for an answer. */
  readonly reads: { readonly line: number; readonly text: string } | undefined;
  /** File for its output, mode 0600. */
  readonly log: AbsolutePath;
  /** The archive's path, for Problems. */
  readonly archive: string;
  readonly signal?: AbortSignal | undefined;
}

/** How a script that was run ended, and what it said. */
export interface ScriptRun {
  /** What it left running, and what has been ended. */
  readonly left: readonly LeftOver[];
  /**
   * The last lines of its output, and what it found on standard input: for every problem that has to do with
   * it.
   */
  readonly lastWords: readonly string[];
}

const logBytes = 256 * 1024;
const shownLines = 20;

/**
 * Runs install.sh in its own folder with umask 022, its answers on standard input and nothing else, nothing
 * of our environment and no terminal, in a process group of its own; with `--root`, by chroot(8) inside it.
 * Its output (both streams, in order) goes to the log. Whatever it leaves running is ended and returned.
 * Problems, with the last lines of the output: `installer-failed`, `installer-timeout`, `installer-asked`.
 */
export async function runInstallScript(host: Host, script: InstallScript): Promise<ScriptRun> {
  const { program, args } = script.interpreter;
  const command = program === undefined ? ["./install.sh"] : [program, ...args, "./install.sh"];
  let result: CommandResult;
  let left: readonly LeftOver[] = [];
  try {
    result = await host.commands.run({
      program: "/bin/sh",
      args: ["-c", 'umask 022; cd "$1" || exit 125; shift; exec "$@" 2>&1', "sh", script.folder, ...command],
      // a terminal type that has colours: for "dumb", tput(1) fails, and many a script with it
      env: {
        HOME: "/root",
        USER: "root",
        LOGNAME: "root",
        TERM: "xterm",
        DEBIAN_FRONTEND: "noninteractive",
        [markerVariable]: script.marker,
      },
      timeoutMs: script.timeoutSeconds * 1000,
      // it works in the folder of its run, which a wall hides
      insideRoot: host.root === "/" ? false : "unwalled",
      ...(script.answers.length > 0 && { input: script.answers.map((answer) => `${answer}\n`).join("") }),
      ...(script.signal && { signal: script.signal }),
    });
  } finally {
    left = await endLeftOvers(script.marker, host.root === "/" ? script.folder : host.root + script.folder);
  }
  const output = (result.stdout + result.stderr).slice(-logBytes);
  host.files().write(script.log, Buffer.from(output), { mode: 0o600, uid: 0, gid: 0 });
  script.signal?.throwIfAborted();
  const problem = problemOf(result, output, script);
  if (problem !== undefined) throw problem;
  return { left, lastWords: lastWords(output, script) };
}

function problemOf(result: CommandResult, output: string, script: InstallScript): Problem | undefined {
  const details = (what: string, hint: string) => ({
    where: { path: script.archive },
    detail: [what, ...lastWords(output, script)].join("\n"),
    hint: `${hint}; all of its output is in ${script.log}`,
  });
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
  return new Problem("installer-failed", "install.sh failed", details(how, "read what it says"));
}

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

/** File name of the log below the run's folder. */
export function installLog(runFolder: AbsolutePath): AbsolutePath {
  return joined(runFolder, "install.log");
}
