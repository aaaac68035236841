import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import { Problem, Problems } from "../problem/problem.js";
import type { RunContext } from "./change-kind.js";
import { type Change, recordChange, type UndoableChange } from "./change.js";
import type { Contents } from "./contents.js";
import type { ProgressListener } from "./progress.js";

/** Where and how changes are made. */
export interface Making {
  readonly host: Host;
  /** All of the plan's. */
  readonly changes: readonly Change[];
  /** Root-only: backups and records go here. */
  readonly folder: AbsolutePath;
  /** What changes install and do not contain themselves. */
  readonly contents?: Contents | undefined;
  readonly signal: AbortSignal;
  readonly listener: ProgressListener;
  /** Is told what is wrong but makes nothing fail. */
  readonly warn: (problem: Problem) => void;
  /** Called after a change is recorded and before it is made, and when it is made; may throw. */
  readonly record: {
    begun(recorded: UndoableChange): void;
    done(recorded: UndoableChange): void;
  };
}

/** Makes those of the changes that are asked for, until one fails. Returns why it stopped early. */
export async function makeChanges(
  making: Making,
  isAskedFor: (change: Change) => boolean,
): Promise<readonly Problem[]> {
  const { changes, signal, listener, record } = making;
  for (const [index, change] of changes.entries()) {
    if (!isAskedFor(change)) continue;
    const number = index + 1;
    listener({ type: "change-started", change, number, count: changes.length });
    const start = performance.now();
    try {
      if (signal.aborted) throw interrupted();
      const recorded = await recordChange(change, contextOf(making, change, number));
      record.begun(recorded);
      await recorded.perform();
      record.done(recorded);
    } catch (error) {
      listener({ type: "change-failed", change, ms: performance.now() - start });
      // whatever an aborted change says about itself, the signal is the reason
      return signal.aborted ? [interrupted()] : problemsOf(error, change);
    }
    listener({ type: "change-done", change, ms: performance.now() - start });
  }
  return signal.aborted ? [interrupted()] : [];
}

function contextOf(
  { host, folder, changes, contents, signal, listener, warn }: Making,
  change: Change,
  number: number,
): RunContext {
  return {
    host,
    folder,
    number,
    changes,
    ...(contents && { contents }),
    signal,
    warn,
    note: (text) => {
      listener({ type: "change-note", change, text });
    },
    report: (text) => {
      listener({ type: "change-report", change, text });
    },
  };
}

export function interrupted(): Problem {
  return new Problem("interrupted", "interrupted by a signal");
}

function problemsOf(error: unknown, change: Change): readonly Problem[] {
  if (error instanceof Problems) return error.list;
  if (error instanceof Problem) return [error];
  return [
    new Problem("workflow-change-failed", `the change ${change.kind} failed unexpectedly`, {
      where: { path: change.path },
      ...systemError(error),
      cause: error,
    }),
  ];
}

/** Only what the system says: other texts could quote what they were given. */
function systemError(error: unknown): { readonly detail?: string; readonly hint: string } {
  const hint = "run again with --verbose to see the technical reason";
  if (!(error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error))
    return { hint };
  return {
    detail: `${String(error.syscall)}: ${error.code}`,
    hint: error.code === "ENOSPC" ? "free space (df -h, df -i), then run again" : hint,
  };
}
