import type { Test } from "tap";
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MarkedPin } from "./marked-pin.js";
import { traced, workerInput, type Call, type TraceOptions } from "./traced.js";

const script = join(import.meta.dirname, "../../dist/knetctl.cjs");

export interface Expected extends Partial<Omit<TraceOptions, "trace">> {
  /** Default 0; null: ended by a signal; "any": not what is looked at. */
  readonly exitCode?: number | null | "any";
  readonly says?: RegExp;
  /** The PIN is in the environment that the test starts the program with: its first execve shows it. */
  readonly inEnvironment?: boolean;
  /** The worker is given a PIN. Default: not. */
  readonly logsIn?: boolean;
  /** The PIN is written into the application's settings. Default: not. */
  readonly setsPin?: boolean;
}

/**
 * A write of the application's settings, of a consumer's file or PIN file, or of the copy that a run keeps of
 * them, on the host or in the stage: each into a temporary of the program's own.
 */
const intoSettings = new RegExp(
  "^\\d+ +p?write(64)?\\(\\d+</(stage/)?" +
    "(etc(/amplia|/knet-pins|/openbao)?|var/lib/knetctl/(runs/[\\w-]+|staged-[0-9a-f]+))/" +
    "\\.knetctl-[0-9a-f]{24}\\.tmp(/draft)?>",
);

/**
 * Looks for marked PINs in all that the program does, and counts what it looked at. `folder` is where traces
 * and PIN files may lie.
 */
export function secretSearch(folder: string, marks: readonly MarkedPin[]) {
  const count = { commands: 0, children: 0, bytes: 0, allowed: 0 };
  const verbs = new Set<string>();
  const ours = new Set<string>();

  const formsIn = (bytes: Buffer): readonly string[] => {
    count.bytes += bytes.length;
    return [...new Set(marks.flatMap((mark) => mark.formsIn(bytes)))];
  };

  /**
   * Runs the program under strace and looks for the PINs in all that it and its children say, start, name and
   * write.
   */
  const silent = async (
    t: Test,
    args: readonly string[],
    { exitCode = 0, says, inEnvironment = false, logsIn = false, setsPin = false, ...options }: Expected = {},
  ): Promise<void> => {
    const run = await traced([process.execPath, script, ...args], { trace: `${folder}/trace`, ...options });
    const name = args.join(" ");
    const said = Buffer.concat([run.stdout, run.stderr]).toString();
    if (exitCode !== "any")
      t.equal(
        run.exitCode,
        exitCode,
        `${name}: exit code${run.exitCode === exitCode ? "" : `: ${said.slice(0, 2000)}`}`,
      );
    if (says !== undefined)
      t.ok(
        says.test(said),
        `${name}: says ${says.source}${says.test(said) ? "" : `: ${said.slice(0, 2000)}`}`,
      );
    t.same(formsIn(run.stdout), [], `${name}: standard output`);
    t.same(formsIn(run.stderr), [], `${name}: standard error`);
    const input = workerInput(run.calls);
    const [first] = run.calls;
    const kept = new Set(run.calls.filter(({ line }) => intoSettings.test(line)));
    const told = run.calls.filter(
      (call) => !input.has(call) && !kept.has(call) && !(inEnvironment && call === first),
    );
    t.same(
      told.filter((call) => formsIn(bytesOf(call)).length > 0).map(({ line }) => line.slice(0, 60)),
      [],
      `${name}: calls`,
    );
    // libuv has two kinds of rings: for files the polled ones alone, the others for what it waits for
    t.same(
      run.calls.filter(({ name, line }) => name === "io_uring_setup" && line.includes("SETUP_SQPOLL")),
      [],
      "nothing is written past the trace",
    );
    t.equal(
      [...input].some((call) => formsIn(bytesOf(call)).length > 0),
      logsIn,
      `${name}: the PIN is found where it has to be, in what the worker is given`,
    );
    t.equal(
      [...kept].some((call) => formsIn(bytesOf(call)).length > 0),
      setsPin,
      `${name}: the PIN is found in the settings that are written, where that is meant`,
    );
    verbs.add(args[0] ?? "");
    count.commands += 1;
    count.allowed += input.size;
    count.children += run.calls.filter((call) => call.line.includes(" execve(")).length - 1;
  };

  /** Writes a file with a PIN in it. */
  const pinFile = (name: string, content: string | Buffer, mode = 0o600): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    chmodSync(file, mode);
    ours.add(file);
    return file;
  };

  /** True for the files that `pinFile` made, under whatever name. */
  const isOurs = (file: string): boolean => {
    const { dev, ino } = statSync(file);
    return [...ours].some((own) => existsSync(own) && statSync(own).dev === dev && statSync(own).ino === ino);
  };

  return { count, verbs, ours, formsIn, silent, pinFile, isOurs };
}

export function bytesOf({ line }: Call): Buffer {
  return Buffer.from(line, "latin1");
}
