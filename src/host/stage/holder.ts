import type { ChildProcess } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { signalRunningGroup } from "../commands/signal-group.js";
import { ended, startChild } from "../commands/start-child.js";
import { Problem } from "../../problem/problem.js";
import { errorCode, errorMessage } from "../../problem/thrown.js";
import { walkFlags } from "../files/descriptor.js";
import type { AbsolutePath } from "../path.js";
import { systemPath } from "../sandbox/sandbox-script.js";
import { stageProblem } from "./stage-problem.js";

/**
 * What holds a stage: the first process of its PID namespace. It lives until its input ends, which happens
 * when this process ends, in whatever way; everything in the stage ends with it.
 */
export interface Holder {
  /** Paths that open a part of the stage, valid as long as it is held, for this process and its children. */
  readonly opener: string;
  readonly layers: string;
  /** Numbers of the overlays that were made; 0 is the root's. */
  readonly overlays: readonly number[];
  /** Where `/` is in the real root of the stage's mount namespace; empty for that root itself. */
  readonly base: string;
  /** The root that the stage is in, with this machine's programs. */
  readonly first: string;
  /** nsenter(1)'s options that lead into the stage's namespaces, and to that root. */
  readonly namespaces: readonly string[];
  end(): Promise<void>;
  /** Ends it at once, without waiting. */
  kill(): void;
}

const endMs = 2000;

/** Runs the set-up script (setpriv(1)'s arguments) and waits until the stage is ready; throws `stage-…`. */
export async function startHolder(
  setpriv: AbsolutePath,
  args: readonly string[],
  root: AbsolutePath,
  signal: AbortSignal | undefined,
): Promise<Holder> {
  const child = startChild(setpriv, args, {
    cwd: "/",
    env: { LC_ALL: "C", PATH: systemPath },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let notStarted: Problem | undefined;
  const over = ended(child).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Problem) notStarted = error;
    },
  );
  child.stdin?.on("error", () => undefined);
  const kill = (): void => {
    signalRunningGroup(child, "SIGKILL");
  };
  signal?.addEventListener("abort", kill, { once: true });
  let said = "";
  try {
    if (signal?.aborted === true) kill();
    said = await transcript(child);
    const ready = /^ready (\d+) (.*)$/m.exec(said);
    if (ready === null) {
      await over;
      throw notStarted ?? stageProblem(said);
    }
    const overlays = [...said.matchAll(/^layer (\d+)$/gm)].map((match) => Number(match[1]));
    return { ...opened(`/proc/${ready[1] ?? ""}`, ready[2] ?? "", root, child, over), overlays, kill };
  } catch (error) {
    kill();
    await over;
    signal?.throwIfAborted();
    if (errorCode(error) === undefined || error instanceof Problem) throw error;
    // it had ended by the time that its parts were opened
    throw stageProblem(`${said.replace(/^ready .*$/m, "")}\n${errorMessage(error)}`);
  } finally {
    signal?.removeEventListener("abort", kill);
  }
}

/**
 * Everything is opened once, while the holder certainly lives: later its number may belong to another
 * process, through which this machine's own files would be reached.
 */
function opened(
  holder: string,
  base: string,
  root: AbsolutePath,
  child: ChildProcess,
  over: Promise<void>,
): Omit<Holder, "overlays" | "kill"> {
  const descriptors: number[] = [];
  const open = (path: string, flags: number): string => {
    const descriptor = openSync(path, flags);
    descriptors.push(descriptor);
    return `/proc/${process.pid}/fd/${descriptor}`;
  };
  const close = (): void => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  };
  const inside = root === "/" ? "/stage" : `${base}${root}`;
  try {
    const first = open(`${holder}/root${root === "/" ? "" : base}/.`, walkFlags);
    const stage = open(`${holder}/root${inside}/.`, walkFlags);
    const layers = open(`${holder}/cwd/.`, walkFlags);
    const namespace = (name: string): string => open(`${holder}/ns/${name}`, constants.O_RDONLY);
    const namespaces = [
      `--mount=${namespace("mnt")}`,
      `--pid=${namespace("pid")}`,
      `--ipc=${namespace("ipc")}`,
      `--root=${first}`,
    ];
    const end = async (): Promise<void> => {
      child.stdin?.end();
      await Promise.race([over, wait(endMs, undefined, { ref: false })]);
      signalRunningGroup(child, "SIGKILL");
      await over;
      close();
    };
    return { opener: `${stage}/.`, layers, base: root === "/" ? "" : base, first, namespaces, end };
  } catch (error) {
    close();
    throw error;
  }
}

/** What the holder says until it is ready or ends. */
async function transcript(child: ChildProcess): Promise<string> {
  const streams = [child.stdout, child.stderr].filter((stream): stream is Readable => stream !== null);
  let said = "";
  await new Promise<void>((resolve) => {
    let open = streams.length;
    for (const stream of streams) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        said += text;
        if (/^ready .*\n/m.test(said)) resolve();
      });
      stream.once("close", () => {
        open -= 1;
        if (open === 0) resolve();
      });
    }
  });
  for (const stream of streams) stream.destroy();
  return said;
}
