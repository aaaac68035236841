import type { ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import type { CommandResult } from "./command.js";
import { collected } from "./collected.js";
import { signalGroup, signalRunningGroup } from "./signal-group.js";
import { ended, startChild } from "./start-child.js";
import { usualUmask } from "../mode-bits.js";

export interface ChildRun {
  readonly line: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: Uint8Array | string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** How long the group has to end by itself after SIGTERM. */
const graceMs = 1000;
/** How long to wait for output once the child has ended; a daemon it left may hold the pipes for ever. */
const drainMs = 200;

/**
 * Runs one child in a session of its own: no terminal to ask questions on, and one group to kill. Settles
 * when the child itself has ended. At the time-out or abort the group gets SIGTERM, then SIGKILL.
 *
 * execa 9, which runs the demo's and the simulator's programs, is not used here. If no descriptors are left
 * for the pipes, it ends this process in the middle of a run, with an `error` event that nobody can catch; it
 * signals the child but not its group; it waits as long as a daemon holds the pipes; and beyond its
 * `maxBuffer` it ends the child or drops the last words, which say what went wrong.
 */
export async function runChild(run: ChildRun): Promise<CommandResult> {
  const started = performance.now();
  const child = start(run);
  const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
  const time = { isOver: false };
  const timer = setTimeout(() => {
    time.isOver = true;
    endGroup(child);
  }, run.timeoutMs);
  const abort = (): void => {
    endGroup(child);
  };
  run.signal?.addEventListener("abort", abort, { once: true });
  if (run.signal?.aborted === true) abort();
  try {
    const [exitCode, signal] = await ended(child);
    if (time.isOver || run.signal?.aborted === true) signalGroup(child, "SIGKILL");
    await Promise.race([Promise.all([stdout.whole, stderr.whole]), wait(drainMs, undefined, { ref: false })]);
    return {
      exitCode,
      signal,
      timedOut: time.isOver,
      stdout: stdout.text(),
      stderr: stderr.text(),
      ms: performance.now() - started,
    };
  } finally {
    clearTimeout(timer);
    run.signal?.removeEventListener("abort", abort);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  }
}

/** What an installer makes must not depend on the umask of whoever called us. */
function start({ line, cwd, env, input }: ChildRun): ChildProcess {
  const [program = "", ...args] = line;
  const before = process.umask(usualUmask);
  try {
    const child = startChild(program, args, {
      cwd,
      env: { ...env },
      detached: true,
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    // a child that does not read all of its input has not failed us
    child.stdin?.on("error", () => undefined).end(input);
    return child;
  } finally {
    process.umask(before);
  }
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, "SIGTERM");
  setTimeout(() => {
    signalRunningGroup(child, "SIGKILL");
  }, graceMs).unref();
}
