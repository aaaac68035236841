import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Ran } from "./run-verb.js";
import { started, verbProgram } from "./verb-program.js";

/** What is to go wrong: see test/fixtures/faulty-calls.c. */
export interface Fault {
  /**
   * Number of the call, from 1; `12+` for that and every later one. With `under-way`: among the calls that
   * start a program.
   */
  readonly at: number | `${number}+`;
  readonly how: "kill" | "under-way" | "short" | "full" | "needs-space" | number;
  /** Microseconds that a program just started runs before `under-way` kills. */
  readonly delay?: number;
}

/** A call of knetctl's own process that can change something, or starts a program. */
export interface Call {
  readonly number: number;
  readonly name: string;
  readonly path: string;
}

export interface FaultyProgram {
  readonly script: string;
  /** Undefined when it was killed. */
  run(args: readonly string[], fault?: Fault): Promise<Ran | undefined>;
  /** Every call that a whole run makes, in order. */
  calls(args: readonly string[]): Promise<{ readonly calls: readonly Call[]; readonly ran: Ran | undefined }>;
  /** What strace is to run instead of the program, and where its log goes. */
  readonly log: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Gives a run a state folder of this machine's to itself: stages lie there, and what a killed run leaves is
 * removed by the next, which would make the numbers of its calls others.
 */
const withOwnState = [
  ...["unshare", "--mount", "/bin/sh", "-euc"],
  'mkdir -p -m 0700 /var/lib/knetctl; mount -n -t tmpfs -o mode=0700 own /var/lib/knetctl; exec "$@"',
  "sh",
];

/** Nothing runs for so long that it would pay to compile it better, or to begin with little memory. */
const forShortRuns = ["--no-opt", "--min-semi-space-size=8"];

/**
 * `runVerb` as a program of its own in `folder`, with the preloaded library that counts its calls and lets
 * them fail. For runs with a `root` of their own; `isWholeHost`: for those on this machine.
 */
export function faultyProgram(folder: string, isWholeHost = false): FaultyProgram {
  const library = preloadable(folder, "faulty-calls");
  const verb = verbProgram(folder);
  const log = join(folder, "calls");
  const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LD_PRELOAD: library, TMPDIR: "/tmp" };
  const line = (args: readonly string[], variables: Readonly<Record<string, string>>): readonly string[] => [
    ...(isWholeHost ? [] : withOwnState),
    // not before: what leads to the program makes calls of its own
    ...[
      "env",
      ...Object.entries({ ...environment, ...variables }).map(([name, value]) => `${name}=${value}`),
    ],
    ...[process.execPath, ...forShortRuns, verb.script, ...args],
  ];
  const undisturbed = (args: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const { variables, keep } = verb.keepCode();
    return started(line(args, { ...variables, ...more }), { PATH: environment.PATH }, keep);
  };
  const run: FaultyProgram["run"] = (args, fault) =>
    fault === undefined
      ? undisturbed(args)
      : started(line(args, variables(fault)), { PATH: environment.PATH });
  return {
    script: verb.script,
    run,
    log,
    environment,
    calls: async (args) => {
      rmSync(log, { force: true });
      const ran = await undisturbed(args, { FAULT_LOG: log });
      return { ran, calls: readCalls(log) };
    },
  };
}

export function readCalls(log: string): readonly Call[] {
  return readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, number = "", name = "", path = ""] = /^(\d+) (\S+) (.*)$/.exec(line) ?? [];
      return { number: Number(number), name, path };
    });
}

function variables({ at, how, delay }: Fault): Record<string, string> {
  return {
    FAULT_AT: String(at),
    FAULT_HOW: String(how),
    ...(delay !== undefined && { FAULT_DELAY: String(delay) }),
  };
}

/** A library of test/fixtures that LD_PRELOAD puts before the system's. */
export function preloadable(folder: string, name: string): string {
  const library = join(folder, `${name}.so`);
  execFileSync("gcc", [
    "-O1",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-shared",
    "-fPIC",
    "-o",
    library,
    join(import.meta.dirname, `../fixtures/${name}.c`),
    "-ldl",
  ]);
  return library;
}
