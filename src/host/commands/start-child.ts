import {
  spawn,
  spawnSync,
  type ChildProcess,
  type SpawnOptions,
  type SpawnSyncReturns,
} from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Stream } from "node:stream";
import { Problem } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import { hasBegun } from "../processes/has-begun.js";
import { descriptorsPassedOn, mostDescriptors } from "../processes/inherited-descriptors.js";

/** What a child gets at one of its descriptors; a number or a stream is one of ours. */
export type ChildDescriptor = "pipe" | "ignore" | "inherit" | "ipc" | Stream | number;

export type ChildOptions = Omit<SpawnOptions, "stdio"> & { readonly stdio: readonly ChildDescriptor[] };

/**
 * spawn(), except that the child gets the descriptors of `stdio` and no others. Throws a Problem
 * (`host-input-output`) if none are left for its pipes. A signal from the terminal to our process group, in
 * the moment before a child has left the group, ends the child before it has become the program: then it is
 * started again. All children are started here or by `askChild`.
 */
export function startChild(
  program: string,
  args: readonly string[],
  { stdio, ...options }: ChildOptions,
): ChildProcess {
  for (let tries = 1; ; tries++) {
    const child = spawn(program, args, { ...options, stdio: [...stdio, ...othersFrom(stdio.length)] });
    // when descriptors for the pipes run out, Node returns a child without streams, whatever its types say,
    // and reports the error later
    const begun: { readonly stdio?: unknown } = child;
    if (begun.stdio === undefined) {
      child.on("error", () => undefined);
      throw noneLeft(program, "its pipes could not be made (EMFILE or ENFILE)");
    }
    if (child.pid === undefined || tries === mostTries || hasBegun(child.pid)) return child;
    // one that is given up reports an abort too
    child.on("error", () => undefined);
    for (const stream of child.stdio) stream?.destroy();
  }
}

/**
 * Settles when a child has ended; rejects with the Problem `host-command-not-started` if it never began. To
 * be asked for at once, and awaited together with whatever else is read from it.
 */
export function ended(child: ChildProcess): Promise<readonly [number | null, NodeJS.Signals | null]> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code, signal) => {
      resolve([code, signal]);
    });
    child.once("error", (error) => {
      reject(notStarted(child.spawnfile, error));
    });
  });
}

/** What an `error` event of a child says. Its own text is not used: it may quote the arguments. */
export function notStarted(program: string, error: unknown): Problem {
  const code = errorCode(error) ?? "unknown";
  return new Problem("host-command-not-started", "the program could not be started", {
    where: { path: program },
    detail:
      code === "ENOENT" ? `${code}: the program, its interpreter or the working folder is missing` : code,
    hint:
      code === "EAGAIN"
        ? "no more processes may be started: look at `ulimit -u`, and at TasksMax= of the unit or session"
        : "look at the program's owner and mode, and try it by hand",
  });
}

/**
 * While signals keep coming, seven of ten children are hit in that moment on a busy machine: twenty tries
 * were too few.
 */
const mostTries = 500;

export interface AskOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Descriptors of ours that it gets as its 3, 4, …: files to work on without a name. */
  readonly given?: readonly number[];
  /** Bytes for standard input; left out: /dev/null. */
  readonly input?: Uint8Array;
  /** Of what it prints; latin1 keeps each byte. Default: utf8. */
  readonly encoding?: "utf8" | "latin1";
}

/**
 * Runs a program to its end, for what it prints; SIGKILL at the time-out. One that could not be started has
 * an `error`, no status, and has printed nothing.
 */
export function askChild(
  program: string,
  args: readonly string[],
  { env, timeoutMs, given = [], input, encoding = "utf8" }: AskOptions,
): SpawnSyncReturns<string> {
  const first = [
    input === undefined ? ("ignore" as const) : ("pipe" as const),
    "pipe" as const,
    "pipe" as const,
    ...given,
  ];
  const stdio = [...first, ...othersFrom(first.length)];
  // in a group of its own, as all children are: what the terminal sends to our group must not end a
  // rollback's work. The types of spawnSync() lack `detached`
  const options = {
    detached: true,
    env: { ...env },
    encoding,
    timeout: timeoutMs,
    killSignal: "SIGKILL" as const,
    ...(input && { input }),
    stdio,
  };
  for (let tries = 1; ; tries++) {
    const answer = printed(spawnSync(program, args, options));
    // only a terminal sends these, and only before the child had a group of its own: see `startChild`
    if (
      tries === mostTries ||
      (answer.signal !== "SIGHUP" && answer.signal !== "SIGINT" && answer.signal !== "SIGQUIT")
    )
      return answer;
  }
}

/** Node gives null for what a program that was not started printed, which its types do not say. */
function printed(answer: SpawnSyncReturns<string>): SpawnSyncReturns<string> {
  return answer.error === undefined || answer.pid !== 0 ? answer : { ...answer, stdout: "", stderr: "" };
}

/** The highest descriptor that a profile can name. */
const mostNamed = 1023;

let nothing: number | undefined;

/**
 * What a child gets from descriptor number `first` on, to append to its `stdio`: /dev/null in place of each
 * descriptor that whoever started us left open for all children. Node cannot mark those close-on-exec, and we
 * need them ourselves until a PIN has been read from them; those that no profile can name are closed. Throws
 * a Problem if they cannot be determined, or cannot be hidden.
 */
export function othersFrom(first: number): readonly ("ignore" | number)[] {
  const others = passedOn().filter((descriptor) => descriptor >= first);
  for (const descriptor of others) if (descriptor > mostNamed) closeSync(descriptor);
  const hidden = others.filter((descriptor) => descriptor <= mostNamed);
  if (hidden.length === 0) return [];
  const most = mostDescriptors();
  const [unhidden] = hidden.filter((descriptor) => descriptor >= most);
  if (unhidden !== undefined) throw cannotHide(unhidden, most);
  const nowhere = (nothing ??= openSync("/dev/null", "r+"));
  return Array.from({ length: Math.max(...hidden) - first + 1 }, (_, index) =>
    hidden.includes(first + index) ? nowhere : "ignore",
  );
}

/**
 * Closes for good what whoever started us left open for all children, for when nothing is to be read from it.
 */
export function closeOthers(): void {
  for (const descriptor of passedOn()) closeSync(descriptor);
}

function passedOn(): readonly number[] {
  try {
    return descriptorsPassedOn();
  } catch (cause) {
    const code = errorCode(cause) ?? "unknown";
    if (code === "EMFILE" || code === "ENFILE")
      throw noneLeft("/proc/self/fd", `cannot determine what was left open for it (${code})`);
    throw new Problem(
      "host-no-proc",
      "/proc cannot be read, so what was left open for this program cannot be kept from those that it starts",
      {
        where: { path: "/proc/self/fd" },
        detail: code,
        hint: "mount -t proc proc /proc",
        cause,
      },
    );
  }
}

function noneLeft(path: string, detail: string): Problem {
  return new Problem("host-input-output", "this process may not open more files", {
    where: { path },
    detail,
    hint: "look at `ulimit -n`",
  });
}

function cannotHide(descriptor: number, most: number): Problem {
  return new Problem(
    "host-input-output",
    `descriptor ${descriptor}, open since this program was started, cannot be kept from the programs ` +
      "that it starts",
    {
      detail: `this process may have ${most} files open, so no other can be put in its place`,
      hint: `add ${descriptor}<&- to the command, or raise the limit: ulimit -n ${descriptor + 1}`,
    },
  );
}
