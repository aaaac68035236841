import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { Problem } from "../../problem/problem.js";
import { signalRunningGroup } from "../commands/signal-group.js";
import { ended, startChild, type ChildDescriptor } from "../commands/start-child.js";
import { path, type AbsolutePath } from "../path.js";
import { sandboxMounts } from "./sandbox-mounts.js";
import { sandboxNeedsRoot, sandboxProblem, sandboxToolsMissing } from "./sandbox-problem.js";
import { sandboxArguments, sandboxTools, systemPath } from "./sandbox-script.js";

export interface SandboxCommand {
  /** Absolute path, or a name looked for in the system's folders. */
  readonly program: string;
  readonly args: readonly string[];
  /** Working folder; inside, it is the same folder's copy. Not below /run, which is new and empty inside. */
  readonly cwd: AbsolutePath;
  /** The whole environment besides PATH, which is the system's. Default: LC_ALL=C alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Of standard input, output and error. Default: all inherited. */
  readonly stdio?:
    | "inherit"
    | "pipe"
    | readonly ["inherit" | "pipe" | "ignore", "inherit" | "pipe", "inherit" | "pipe"];
}

export interface Sandboxed {
  /** The outermost process, for its streams. It lives as long as the sandbox. */
  readonly child: ChildProcess;
  /** Exit code of the program; 128 + N when signal N ended it. By then nothing of the sandbox is left. */
  readonly exitCode: Promise<number>;
  /**
   * Sends a signal to the program and what shares its process group; SIGKILL ends the whole sandbox at once.
   */
  readonly kill: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => void;
}

/**
 * Runs a program as root in a throw-away copy of this machine: own mount, PID and IPC namespaces, an overlay
 * over `/` and over each real file system below it, with all writes in memory; own /proc, /run and /dev/shm;
 * /dev and /sys read-only. The network is the machine's. When the program ends, or this process does,
 * everything in the sandbox is killed and gone.
 *
 * The sandbox has a session of its own: a terminal's Ctrl-C reaches this process only, which passes it on
 * with `kill`. Throws a Problem (`host-sandbox-…`) saying why when the machine does not allow it.
 */
export async function enterSandbox(command: SandboxCommand): Promise<Sandboxed> {
  refuseWithout();
  const mounts = sandboxMounts(readFileSync("/proc/self/mountinfo", "utf8"));
  const child = startChild(
    "/bin/sh",
    sandboxArguments(mounts, command.cwd, [command.program, ...command.args]),
    {
      cwd: "/",
      env: { LC_ALL: "C", ...command.env, PATH: systemPath },
      stdio: [...streams(command.stdio ?? "inherit"), "pipe"],
      detached: true,
    },
  );
  const exitCode = ended(child).then(([code]) => code ?? 128 + 9);
  // one that never began is told by `ready`
  exitCode.catch(() => undefined);
  await ready(child, exitCode);
  return {
    child,
    exitCode,
    kill: (signal) => {
      signalRunningGroup(child, signal);
    },
  };
}

/** Why no sandbox can be made here; undefined if one can: it makes one to find out. */
export async function probeSandbox(): Promise<Problem | undefined> {
  try {
    const { exitCode } = await enterSandbox({ program: "true", args: [], cwd: path("/") });
    await exitCode;
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function refuseWithout(): void {
  if (process.geteuid?.() !== 0) throw sandboxNeedsRoot();
  const folders = systemPath.split(":");
  const missing = sandboxTools.filter((tool) => !folders.some((folder) => existsSync(`${folder}/${tool}`)));
  if (missing.length > 0) throw sandboxToolsMissing(missing);
}

function streams(stdio: NonNullable<SandboxCommand["stdio"]>): readonly ChildDescriptor[] {
  return typeof stdio === "string" ? [stdio, stdio, stdio] : [...stdio];
}

/** Resolves at the script's `ready`; if that never comes, the text so far is the reason. */
async function ready(child: ChildProcess, exitCode: Promise<number>): Promise<void> {
  const report = child.stdio[3] as Readable;
  let transcript = "";
  const said = new Promise<boolean>((resolve) => {
    report.setEncoding("utf8");
    report.on("data", (text: string) => {
      transcript += text;
      if (/^ready$/m.test(transcript)) resolve(true);
    });
    report.once("close", () => {
      resolve(false);
    });
  });
  const isReady = await said;
  report.destroy();
  if (isReady) return;
  await exitCode;
  throw sandboxProblem(transcript);
}
