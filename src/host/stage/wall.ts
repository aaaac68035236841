import type { ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { Readable, Writable, type Stream } from "node:stream";
import { collected } from "../commands/collected.js";
import { signalRunningGroup } from "../commands/signal-group.js";
import { ended, startChild } from "../commands/start-child.js";
import type { CommandResult } from "../commands/command.js";
import { stageProblem } from "./stage-problem.js";
import { wallPipes } from "./wall-script.js";

/** What a program left running behind the wall, and what was ended with it. */
export interface LeftRunning {
  readonly name: string;
  /** Its number there. */
  readonly pid: number;
}

export interface WalledResult extends CommandResult {
  readonly left: readonly LeftRunning[];
}

export interface WallRun {
  readonly line: readonly [program: string, ...args: string[]];
  /** A path that opens the root that is to be walled; any folder if the line gets there by itself. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly input: Uint8Array | string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** How long to wait for what is about to end by itself before it counts as left running. */
const patienceMs = 150;
/** How long ending may take once it was asked for; a process in an uninterruptible wait is left behind. */
const endMs = 3000;

/**
 * Runs the script of `wallArguments` and guides it through its parts. Settles when everything behind the wall
 * has ended: by itself, at the time-out, or on abort. Throws `stage-…` if the wall cannot be built.
 */
export async function runWall(run: WallRun): Promise<WalledResult> {
  const started = performance.now();
  const child = start(run);
  const [stdout, stderr] = [collected(child.stdout), collected(child.stderr)];
  const talk = new Talk(child);
  const end = { timedOut: false };
  const stop = (): void => {
    talk.stop();
    setTimeout(signalRunningGroup, endMs, child, "SIGKILL").unref();
  };
  const timer = setTimeout(() => {
    end.timedOut = true;
    stop();
  }, run.timeoutMs);
  run.signal?.addEventListener("abort", stop, { once: true });
  if (run.signal?.aborted === true) stop();
  try {
    const [outerCode] = await ended(child);
    await Promise.race([
      Promise.all([stdout.whole, stderr.whole]),
      wait(patienceMs, undefined, { ref: false }),
    ]);
    const isStopped = end.timedOut || run.signal?.aborted === true;
    if (!talk.hasBegun && !isStopped) throw stageProblem(`${talk.said}\n${stderr.text()}`);
    return {
      exitCode: talk.exitCode ?? (isStopped ? null : outerCode),
      signal: talk.exitCode === undefined && isStopped ? "SIGKILL" : null,
      timedOut: end.timedOut,
      stdout: stdout.text(),
      stderr: stderr.text(),
      ms: performance.now() - started,
      left: talk.left,
    };
  } finally {
    clearTimeout(timer);
    run.signal?.removeEventListener("abort", stop);
    for (const stream of child.stdio) stream?.destroy();
  }
}

function start({ line: [program, ...args], cwd, env, input }: WallRun): ChildProcess {
  const child = startChild(program, args, {
    cwd,
    env: { ...env },
    detached: true,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe", "pipe", "pipe", "pipe", "pipe"],
  });
  for (const stream of child.stdio) stream?.on("error", () => undefined);
  child.stdin?.end(input);
  return child;
}

/** What the script says, and what it is told in answer. */
class Talk {
  said = "";
  hasBegun = false;
  exitCode: number | undefined;
  readonly left: LeftRunning[] = [];
  readonly #child: ChildProcess;
  #first = "";
  #rest = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    const report = pipeOf(child, wallPipes.report);
    if (report instanceof Readable) report.setEncoding("utf8");
    report?.on("data", (text: string) => {
      this.said += text.slice(0, 65_536 - this.said.length);
      const lines = (this.#rest + text).split("\n");
      this.#rest = lines.pop() ?? "";
      for (const line of lines) this.#hear(line);
    });
  }

  stop(): void {
    this.#end(wallPipes.outer);
  }

  #hear(line: string): void {
    const [word, value = "", ...more] = line.split(" ");
    switch (word) {
      case "first":
        this.#first = value;
        break;
      case "ready":
        this.#tell(wallPipes.first, "");
        break;
      case "pivoted":
        this.#tell(wallPipes.outer, this.#first);
        break;
      case "free":
        this.hasBegun = true;
        this.#tell(wallPipes.program, "");
        break;
      case "done":
        this.exitCode = Number(value);
        break;
      case "waiting":
        setTimeout(() => {
          this.#tell(wallPipes.first, "");
        }, patienceMs);
        break;
      case "left":
        this.left.push({ pid: Number(value), name: more.join(" ") });
        break;
      case "ended":
        this.stop();
        break;
      case undefined:
      default:
    }
  }

  #tell(pipe: number, line: string): void {
    const stream = pipeOf(this.#child, pipe);
    if (stream instanceof Writable && !stream.destroyed) stream.write(`${line}\n`);
  }

  #end(pipe: number): void {
    const stream = pipeOf(this.#child, pipe);
    if (stream instanceof Writable) stream.end();
  }
}

function pipeOf({ stdio }: ChildProcess, descriptor: number): Stream | null | undefined {
  const streams: readonly (Stream | null | undefined)[] = stdio;
  return streams[descriptor];
}
