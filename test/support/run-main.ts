import { text } from "node:stream/consumers";
import { PassThrough } from "node:stream";
import { main } from "../../src/main.js";
import { knetctlScript } from "./knetctl.js";

export interface RunningMain {
  /** Does what a second signal has done before it ends the program, at a moment of the test's choice. */
  leave(): void;
  /** The first signal. */
  interrupt(): void;
  /** The same, in the moment in which it writes this to standard output. */
  interruptAt(said: RegExp): void;
  /** Its exit code, and what it wrote. */
  readonly ended: Promise<{ exitCode: number; stdout: string; stderr: string }>;
}

/** A command line in the test's own process, as root. */
export function runMain(...args: readonly string[]): RunningMain {
  const controller = new AbortController();
  const stderr = new PassThrough();
  let stdout = "";
  let interrupting: RegExp | undefined;
  let leave = (): void => {
    throw new Error("nothing is to be done when the program is left");
  };
  const exitCode = main({
    args,
    stdout: {
      write: (text) => {
        stdout += text;
        if (interrupting?.test(text) === true) controller.abort("SIGINT");
      },
    },
    stderr,
    version: "0.1.0",
    environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    descriptors: () => new Map(),
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
    interruptAt: (said) => {
      interrupting = said;
    },
    ended: Promise.all([exitCode, text(stderr)]).then(([exitCode, stderr]) => ({ exitCode, stdout, stderr })),
  };
}
