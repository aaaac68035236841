import { text } from "node:stream/consumers";
import { PassThrough } from "node:stream";
import { main } from "../../src/main.js";
import { knetctlScript } from "./knetctl.js";

export interface RunningMain {
  /** Does what a second signal has done before it ends the program, at a moment of the test's choice. */
  leave(): void;
  /** The first signal. */
  interrupt(): void;
  /** Its exit code, and what it wrote to standard error. */
  readonly ended: Promise<{ exitCode: number; stderr: string }>;
}

/** A command line in the test's own process, as root. */
export function runMain(...args: readonly string[]): RunningMain {
  const controller = new AbortController();
  const [stdout, stderr] = [new PassThrough().resume(), new PassThrough()];
  let leave = (): void => {
    throw new Error("nothing is to be done when the program is left");
  };
  const exitCode = main({
    args,
    stdout,
    stderr,
    version: "0.1.0",
    environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    descriptors: new Map(),
    workingFolder: "/",
    node: process.execPath,
    script: knetctlScript,
    signal: controller.signal,
    isRoot: true,
    whenLeft: (one) => {
      leave = one;
    },
  }).finally(() => stderr.end());
  return {
    leave: () => {
      leave();
    },
    interrupt: () => {
      controller.abort("SIGINT");
    },
    ended: Promise.all([exitCode, text(stderr)]).then(([exitCode, stderr]) => ({ exitCode, stderr })),
  };
}
