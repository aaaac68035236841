import { Problem } from "../../problem/problem.js";
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
  /** File for its output, mode 0600. */
  readonly log: AbsolutePath;
  /** The archive's path, for Problems. */
  readonly archive: string;
  readonly signal?: AbortSignal | undefined;
}

const logBytes = 256 * 1024;
const shownLines = 20;

/**
 * Runs install.sh in its own folder with umask 022, an empty standard input, nothing of our environment and no
 * terminal, in a process group of its own; with `--root`, by chroot(8) inside it. Its output (both streams, in order)
 * goes to the log. Whatever it leaves running is ended and returned. Problems, with the last lines of the output:
 * `installer-failed`, `installer-timeout`, `installer-asked`.
 */
export async function runInstallScript(host: Host, script: InstallScript): Promise<readonly LeftOver[]> {
  const { program, args } = script.interpreter;
  const command = program === undefined ? ["./install.sh"] : [program, ...args, "./install.sh"];
  let result: CommandResult;
  let left: readonly LeftOver[] = [];
  try {
    result = await host.commands.run({
      program: "/bin/sh",
      args: ["-c", 'umask 022; cd "$1" || exit 125; shift; exec "$@" 2>&1', "sh", script.folder, ...command],
      env: { HOME: "/root", USER: "root", LOGNAME: "root", TERM: "dumb", DEBIAN_FRONTEND: "noninteractive", [markerVariable]: script.marker },
      timeoutMs: script.timeoutSeconds * 1000,
      insideRoot: host.root !== "/",
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
  return left;
}

function problemOf(result: CommandResult, output: string, script: InstallScript): Problem | undefined {
  const details = (what: string, hint: string) => ({
    where: { path: script.archive }, detail: [what, ...lastLines(output)].join("\n"), hint: `${hint}; all of its output is in ${script.log}`,
  });
  if (result.timedOut)
    return new Problem("installer-timeout", "install.sh did not end in time", details(
      `it was ended after ${script.timeoutSeconds} s${asks(output) ? ", waiting for an answer" : ""}; its last lines:`,
      "raise module.installer_timeout in the profile if it needs longer",
    ));
  if (result.exitCode === 0) return undefined;
  const how = result.exitCode === null ? `signal ${result.signal ?? "unknown"}` : `exit code ${result.exitCode}`;
  if (asks(output))
    return new Problem("installer-asked", "install.sh asks a question", details(
      `it found no answer and ended with ${how}; its last lines:`, "ask the vendor how to run it without a terminal",
    ));
  return new Problem("installer-failed", "install.sh failed", details(`${how}; its last lines:`, "read what it says"));
}

/** A prompt ends without a line break, in a mark that waits for an answer. */
function asks(output: string): boolean {
  return /[?:>\])][ \t]*$/.test(output) && !output.endsWith("\n");
}

function lastLines(output: string): readonly string[] {
  const lines = output.trimEnd().split("\n").slice(-shownLines);
  return output.trim() === "" ? ["(it printed nothing)"] : lines.map((line) => line.slice(0, 400));
}

/** File name of the log below the run's folder. */
export function installLog(runFolder: AbsolutePath): AbsolutePath {
  return joined(runFolder, "install.log");
}
