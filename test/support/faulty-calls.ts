import { execFile, execFileSync } from "node:child_process";
import { buildSync } from "esbuild";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Ran } from "./run-verb.js";
import { waits } from "./waits.js";

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

/**
 * `runVerb` as a program of its own in `folder`, with the preloaded library that counts its calls and lets
 * them fail. For runs with a `root` of their own; `isWholeHost`: for those on this machine.
 */
export function faultyProgram(folder: string, isWholeHost = false): FaultyProgram {
  const library = preloadable(folder, "faulty-calls");
  const script = join(folder, "verb.cjs");
  writeFileSync(script, program());
  const log = join(folder, "calls");
  const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LD_PRELOAD: library, TMPDIR: "/tmp" };
  const line = (args: readonly string[], variables: Readonly<Record<string, string>>): readonly string[] => [
    ...(isWholeHost ? [] : withOwnState),
    // not before: what leads to the program makes calls of its own
    ...[
      "env",
      ...Object.entries({ ...environment, ...variables }).map(([name, value]) => `${name}=${value}`),
    ],
    ...[process.execPath, script, ...args],
  ];
  const run: FaultyProgram["run"] = (args, fault) =>
    started(line(args, fault === undefined ? {} : variables(fault)), { PATH: environment.PATH });
  return {
    script,
    run,
    log,
    environment,
    calls: async (args) => {
      rmSync(log, { force: true });
      const ran = await started(line(args, { FAULT_LOG: log }), { PATH: environment.PATH });
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

function program(): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents: `
        import { runVerb } from "./run-verb.js";
        const [verb, profile, root, programFolder] = process.argv.slice(2);
        runVerb(verb, profile, root, programFolder).then((ran) => {
          process.stdout.write(JSON.stringify(ran));
        });
      `,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    mainFields: ["module", "main"],
    logLevel: "error",
    external: ["pkcs11js"],
    define: { "import.meta.url": "__filename" },
  });
  return outputFiles[0]?.text ?? "";
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

/** A run takes a second or two, and the longest wait of knetctl's own is that for a lock: half a minute. */
const mostMs = 120_000;

/**
 * Runs the program, and gives what it said of how it ended; undefined when it was killed. Throws when it does
 * not end, with what its processes wait for.
 */
export function started(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran | undefined> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env }, (error, stdout, stderr) => {
      clearTimeout(timer);
      if (error?.signal === "SIGKILL") resolve(undefined);
      else if (stdout === "")
        reject(
          new Error(`it said nothing, and ended with ${error?.signal ?? error?.code ?? "0"}: ${stderr}`),
        );
      else resolve(JSON.parse(stdout) as Ran);
    });
    // what it has left running may hold its output open: that is not waited for
    const timer = setTimeout(() => {
      reject(new Error(`it has not ended after ${mostMs / 1000} s:\n${waits()}`));
      child.kill("SIGKILL");
    }, mostMs);
  });
}
