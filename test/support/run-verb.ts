import { apply } from "../../src/commands/run/apply.js";
import type { CommandContext, CommandRun } from "../../src/commands/command.js";
import { plan } from "../../src/commands/run/plan.js";
import { acquireLock } from "../../src/host/lock.js";
import { path, type AbsolutePath } from "../../src/host/path.js";
import { readOnlyHost } from "../../src/host/read-only-host.js";
import { realHost } from "../../src/host/real-host.js";
import { problemCodes } from "../../src/problem/codes.js";
import { exitCodes } from "../../src/problem/exit-codes.js";
import { Problem, Problems, type ProblemJson } from "../../src/problem/problem.js";
import { readRuns } from "../../src/workflow/journal/runs.js";
import { unfinishedRun } from "../../src/workflow/undo/recover.js";
import { takeBack } from "../../src/workflow/undo/take-back.js";

export interface Ran {
  readonly exitCode: number;
  readonly outcome?: string;
  readonly run?: string | null;
  /** Name of an unfinished run that was taken back first. */
  readonly recovered?: string;
  readonly problems: readonly ProblemJson[];
}

/**
 * `knetctl VERB --json --no-smoke-test --root ROOT PROFILE` without the command line's parser, which takes
 * longer than the rest.
 */
export async function runVerb(
  verb: "apply" | "plan" | "rollback",
  profile: string,
  root: AbsolutePath,
  programFolder: AbsolutePath = path("/nonexistent"),
): Promise<Ran> {
  let said: Partial<Ran> = {};
  const context = contextOf(root, programFolder, (document) => {
    said = { ...said, ...document };
  });
  const args = {
    profile,
    root,
    yes: true,
    smokeTest: programFolder !== "/nonexistent",
    probe: true,
    prove: true,
    rollback: true,
    restart: true,
    inPlace: false,
    journal: true,
    lockTimeout: 30,
    timeout: 60,
  };
  try {
    const exitCode = await verbs[verb](args, context);
    return json({ problems: [], ...said, exitCode });
  } catch (error) {
    const problems = problemsOf(error);
    const first = problems.find(({ severity }) => severity === "error");
    return json({
      exitCode: first === undefined ? exitCodes.failed : problemCodes[first.code],
      problems: problems.map((problem) => problem.toJSON()),
    });
  }
}

/** What `knetctl rollback` does with the unfinished run, or with the last one. */
const takenBack: CommandRun<{ root: string; lockTimeout: number }> = async ({ lockTimeout }, context) => {
  const host = await context.host({ readOnly: false });
  const lock = await acquireLock({ host, waitSeconds: lockTimeout });
  try {
    const run = unfinishedRun(host) ?? readRuns(host).runs[0];
    if (run === undefined) return exitCodes.done;
    const { outcome, problems } = await takeBack(run, host, {
      who: "root",
      version: "0.1.0",
      keepChanged: false,
      listener: () => undefined,
    });
    context.output.document({ outcome, problems });
    return outcome === "failed" ? exitCodes.failed : exitCodes.done;
  } finally {
    lock.release();
  }
};

const verbs = { apply, plan, rollback: takenBack } satisfies Record<
  string,
  CommandRun<{
    profile: string;
    root: string;
    yes: boolean;
    smokeTest: boolean;
    probe: boolean;
    prove: boolean;
    rollback: boolean;
    restart: boolean;
    inPlace: boolean;
    journal: boolean;
    lockTimeout: number;
    timeout: number;
  }>
>;

function json(ran: Ran): Ran {
  return JSON.parse(JSON.stringify(ran)) as Ran;
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof Problems) return error.list;
  if (error instanceof Problem) return [error];
  return [
    new Problem("internal-error", "internal error in knetctl", {
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    }),
  ];
}

/** A context as of root's, without a terminal, that says nothing but documents. */
export function contextOf(
  root: AbsolutePath,
  programFolder: AbsolutePath,
  document: (value: object) => void,
): CommandContext {
  const plain = (text: string) => text;
  const silent = () => undefined;
  return {
    output: {
      json: true,
      verbose: false,
      quiet: false,
      terminal: false,
      result: silent,
      file: silent,
      picture: silent,
      documentLine: silent,
      note: silent,
      transient: silent,
      ifThrown: () => undefined,
      progress: silent,
      problem: silent,
      document: (value) => {
        if (typeof value === "object" && value !== null) document(value);
      },
      style: { bold: plain, dim: plain, red: plain, green: plain, yellow: plain },
    },
    workingFolder: path("/"),
    host: ({ readOnly }) => Promise.resolve(readOnly ? readOnlyHost(realHost(root)) : realHost(root)),
    signal: new AbortController().signal,
    whenLeft: silent,
    follow: () => Promise.reject(new Error("nothing follows here")),
    isRoot: true,
    environment: {},
    descriptors: new Map(),
    self: { node: path(process.execPath), script: path("/nonexistent") },
    programFolder,
    version: "0.1.0",
  };
}
