import type { ChildProcess } from "node:child_process";
import { performance } from "node:perf_hooks";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { endLeftOvers, markerVariable } from "../../host/commands/left-over-processes.js";
import { newProcessGroup, type ProcessGroup } from "../../host/processes/own-group.js";
import { signalGroup } from "../../host/commands/signal-group.js";
import { notStarted, startChild } from "../../host/commands/start-child.js";
import type { Entrance } from "../../host/host.js";
import { systemPath } from "../../host/sandbox/sandbox-script.js";
import { messageLines } from "../message-values.js";
import { decodeMessage, type Identity } from "../protocol.js";
import { Transcript } from "../transcript.js";
import { Logins, tell, type WorkerLogin } from "./worker-login.js";
import { bySafety, workerCommand } from "./worker-command.js";
import type { WorkerFiles } from "./worker-files.js";
import { WorkerStderr } from "./worker-stderr.js";

export interface WorkerRun {
  readonly files: WorkerFiles;
  /** Path or bare name of the module. */
  readonly module: string;
  readonly identity?: Identity;
  readonly nonce: string;
  /** Random text that identifies the module's processes. */
  readonly marker: string;
  /** The way to where it runs (`Host.enter`); undefined: this machine. */
  readonly enter: Entrance | undefined;
  /** The request line, on the worker's standard input. */
  readonly input: Buffer;
  /** Asked, and told, when the worker logs in. */
  readonly login: WorkerLogin;
  /** The environment of the worker, and of the programs that become it; with the marker. */
  readonly environment: Readonly<Record<string, string>>;
  /** More variables, for the worker alone. They may be secret. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** A command line that starts the worker in another way, in which it reports on standard output. */
  readonly unit?: { readonly line: readonly string[]; readonly end: () => Promise<void> };
  /**
   * Awaited when the worker pauses, which then continues whether this went well or not: it may have to clean
   * up. The time-out keeps running. What it rejects with is among the `failures` of the end.
   */
  readonly meanwhile?: () => Promise<void>;
}

export interface WorkerEnd {
  readonly transcript: Transcript;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** `deadline`: killed at the time-out; `linger`: killed because it did not leave after its last message. */
  readonly killed: "deadline" | "linger" | "abort" | undefined;
  /** What `meanwhile` rejected with. */
  readonly failures: readonly unknown[];
  /** Milliseconds since the open check began. */
  readonly openMs: number;
  /** The end of what it printed on standard error, unchanged. */
  readonly stderr: string;
  /** What was loaded after the module, if the dynamic loader was asked to tell (`loaderTells`). */
  readonly libraries: readonly string[];
}

/** How long a worker may take to leave after its last message. */
const lingerMs = 2000;
/** How long output is still read after the worker's end if something else holds the pipe open. */
const drainMs = 300;
/** How long SIGKILL may take; a process in an uninterruptible wait is left behind. */
const killMs = 3000;

/**
 * Runs the worker in its own process group and session, and in a control group if there is one to be had,
 * and settles when the worker exits: by itself, at the time-out, or on abort. Whatever is left of these
 * groups, or carries the marker, is then killed. Rejects only if the process cannot be started.
 */
export async function runWorker(run: WorkerRun): Promise<WorkerEnd> {
  const group = run.unit === undefined ? newProcessGroup() : undefined;
  try {
    return await runIn(group, run);
  } finally {
    await group?.end();
  }
}

async function runIn(group: ProcessGroup | undefined, run: WorkerRun): Promise<WorkerEnd> {
  const child = run.unit === undefined ? startedHere(group, run) : startedInUnit(run.unit);
  const transcript = new Transcript();
  const stderr = new WorkerStderr(run.module);
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr.take(chunk);
  });
  if (run.unit === undefined) child.stdout?.resume();
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(run.input);
  const end: { killed: WorkerEnd["killed"] } = { killed: undefined };
  const kill = (why: WorkerEnd["killed"]): void => {
    end.killed ??= why;
    signalGroup(child, "SIGKILL");
  };
  const reports = reportsOf(child, run.unit === undefined ? 3 : 1);
  const logins = new Logins(run, reports, transcript);
  const failures: unknown[] = [];
  const pauses: Promise<void>[] = [];
  const paused = (): void => {
    const over = goOn(reports, run).catch((error: unknown) => failures.push(error));
    pauses.push(over.then(() => undefined));
  };
  const { exitCode, signal } = await supervised(child, reports, transcript, { ...run, paused }, logins, kill);
  // grandchildren too
  signalGroup(child, "SIGKILL");
  await group?.end();
  if (end.killed !== undefined) await run.unit?.end();
  await endLeftOvers(run.marker);
  await ended(reports);
  await logins.over();
  const openMs = transcript.open === undefined ? 0 : performance.now() - transcript.open.since;
  for (const stream of child.stdio) stream?.destroy();
  // what was to happen may hang as well as the worker that waited for it
  const over = Promise.all(pauses);
  await (end.killed === undefined || pauses.length === 0 ? over : Promise.race([over, delay(killMs)]));
  const { text, libraries } = stderr;
  return { transcript, exitCode, signal, killed: end.killed, failures, openMs, stderr: text, libraries };
}

function startedHere(group: ProcessGroup | undefined, run: WorkerRun): ChildProcess {
  const { early, others } = bySafety(run.variables);
  const worker = workerCommand(run.identity, early, run.enter);
  const [program = "", ...args] = [...(group?.words ?? []), worker.program, ...worker.args];
  const { script, addon, node } = run.files;
  return startChild(program, args, {
    cwd: "/",
    env: { ...run.environment, ...others, [markerVariable]: run.marker },
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe", script, addon, node],
  });
}

function startedInUnit({ line: [program = "", ...args] }: NonNullable<WorkerRun["unit"]>): ChildProcess {
  const env = { PATH: systemPath, LC_ALL: "C" };
  return startChild(program, args, { cwd: "/", env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
}

type Kill = (why: "deadline" | "linger" | "abort") => void;

/** Waits for the worker's end; until then, messages are read, and the time-out and the abort take effect. */
function supervised(
  child: ChildProcess,
  reports: Readable,
  transcript: Transcript,
  run: WorkerRun & { readonly paused: () => void },
  logins: Logins,
  kill: Kill,
): Promise<Pick<WorkerEnd, "exitCode" | "signal">> {
  return new Promise((resolve, reject) => {
    const timers: NodeJS.Timeout[] = [];
    let settled = false;
    const settle = (): void => {
      settled = true;
      for (const timer of timers) clearTimeout(timer);
      run.signal?.removeEventListener("abort", abort);
    };
    const exited = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
      settle();
      resolve({ exitCode, signal });
    };
    const stop: Kill = (why) => {
      kill(why);
      timers.push(setTimeout(exited, killMs, null, "SIGKILL"));
    };
    const abort = (): void => {
      stop("abort");
    };
    const read = messageLines((line) => {
      const message = decodeMessage(run.nonce, line);
      if (message !== undefined) transcript.take(message, performance.now());
      if (message !== undefined) logins.take(message);
      if (message?.type === "paused") run.paused();
      if ((message?.type === "done" || message?.type === "again") && !settled)
        timers.push(setTimeout(stop, lingerMs, "linger"));
    });
    reports.on("data", read);
    child.on("error", (error) => {
      settle();
      reject(notStarted(child.spawnfile, error));
    });
    child.on("exit", exited);
    timers.push(setTimeout(stop, run.timeoutMs, "deadline"));
    run.signal?.addEventListener("abort", abort);
    if (run.signal?.aborted === true) abort();
  });
}

/** The worker waits for one byte on the descriptor on which it reports. */
async function goOn(reports: Readable, { meanwhile }: WorkerRun): Promise<void> {
  try {
    await meanwhile?.();
  } finally {
    tell(reports, Buffer.from("\n"));
  }
}

function reportsOf(child: ChildProcess, descriptor: 1 | 3): Readable {
  const stream = child.stdio[descriptor];
  if (stream === null || stream === undefined || !("read" in stream))
    throw new Error(`the worker has no descriptor ${descriptor}`);
  // writing to a worker that has ended is not a reason to fail
  stream.on("error", () => undefined);
  return stream;
}

/** Waits until everything is read, but not for a process outside the group that still holds the pipe open. */
function ended(stream: Readable): Promise<void> {
  if (stream.readableEnded || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, drainMs);
    stream.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
