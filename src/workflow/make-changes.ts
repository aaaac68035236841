import type { Host } from "../host/host.js";
import { type AbsolutePath, joined, stateFolder } from "../host/path.js";
import { randomHex } from "../host/random-hex.js";
import { rootsFolder } from "../host/rights.js";
import { restoreContexts } from "../host/selinux.js";
import { internalError } from "../problem/internal-error.js";
import { messageWithDetail, Problem, Problems } from "../problem/problem.js";
import { isSystemError } from "../problem/thrown.js";
import type { RunContext } from "./change-kind.js";
import { type Change, recordChange, type UndoableChange, waitsForProof } from "./change.js";
import type { Contents } from "./contents.js";
import { ensureStateFolders, type Journal } from "./journal/journal.js";
import { isUnlabelled } from "./unlabelled.js";
import { type Looks, looksOf, notAsProven } from "./looks.js";
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
  /** What was gathered before the first change was made. */
  readonly ahead?: ReadonlyMap<Change, UndoableChange>;
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
  const { changes, ahead, signal, listener, record } = making;
  for (const [index, change] of changes.entries()) {
    if (!isAskedFor(change)) continue;
    const number = index + 1;
    listener({ type: "change-started", change, number, count: changes.length });
    const start = performance.now();
    try {
      if (signal.aborted) throw interrupted();
      const recorded = ahead?.get(change) ?? (await recordChange(change, contextOf(making, change, number)));
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
      ...whyFailed(error),
      cause: error,
    }),
  ];
}

/** What the system says, or of which class the error is: other texts could quote what they were given. */
function whyFailed(error: unknown): { readonly detail: string; readonly hint: string } {
  if (!isSystemError(error)) {
    const internal = internalError(error, { isPrivate: true });
    return { detail: messageWithDetail(internal), hint: internal.hint ?? "" };
  }
  return {
    detail: `${String(error.syscall)}: ${error.code}`,
    hint:
      error.code === "ENOSPC"
        ? "free space (df -h, df -i), then run again"
        : "run again with --verbose to see the technical reason",
  };
}

/**
 * Makes those of a plan's changes that are asked for in a stage, in the same way as on the host but without a
 * journal. Returns why it stopped early.
 */
export function makeInStage(
  stage: Host,
  changes: readonly Change[],
  { contents, signal }: Pick<Making, "contents" | "signal">,
  isAskedFor: (change: Change) => boolean = () => true,
): Promise<readonly Problem[]> {
  ensureStateFolders(stage);
  const folder = joined(stateFolder, `staged-${randomHex(8)}`);
  stage.files().createFolder(folder, rootsFolder);
  return makeChanges(
    {
      host: stage,
      changes,
      folder,
      contents,
      signal,
      listener: silent,
      warn: silent,
      record: { begun: silent, done: silent },
    },
    isAskedFor,
  );
}

const silent = (): void => undefined;

/** Makes a plan's changes on the host itself, each written to the journal before it is made. */
export class Commit {
  readonly host: Host;
  /** What may have to be undone. */
  readonly begun: UndoableChange[] = [];
  /** What is wrong, but not because of the run. */
  readonly warnings: Problem[] = [];
  readonly #changes: readonly Change[];
  readonly #contents: Contents | undefined;
  readonly #options: Pick<Making, "signal" | "listener">;
  readonly #journal: Journal;
  #first: number | undefined;
  #last: number | undefined;
  readonly #created: AbsolutePath[] = [];
  readonly #ahead = new Map<Change, UndoableChange>();

  constructor(
    { host, changes, contents }: Pick<Making, "host" | "changes" | "contents">,
    options: Pick<Making, "signal" | "listener">,
    journal: Journal,
  ) {
    this.host = host;
    this.#changes = changes;
    this.#contents = contents;
    this.#options = options;
    this.#journal = journal;
  }

  /**
   * Gathers what is asked for of these before anything is changed. An application may read its settings
   * without a restart: whether it was well before the run, nobody can tell once they are written. Of what
   * cannot be looked at yet, it is gathered when its turn comes.
   */
  async lookAhead(isAskedFor: (change: Change) => boolean): Promise<void> {
    const making = this.#making();
    for (const [index, change] of this.#changes.entries()) {
      if (!isAskedFor(change)) continue;
      try {
        this.#ahead.set(change, await recordChange(change, contextOf(making, change, index + 1)));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    }
  }

  /** Makes those that are asked for, until one fails. Returns why it stopped early. */
  make(isAskedFor: (change: Change) => boolean): Promise<readonly Problem[]> {
    return makeChanges(this.#making(), isAskedFor);
  }

  #making(): Making {
    const journal = this.#journal;
    return {
      host: this.host,
      changes: this.#changes,
      contents: this.#contents,
      folder: journal.folder,
      ahead: this.#ahead,
      ...this.#options,
      warn: (problem) => {
        this.warnings.push(problem);
      },
      record: {
        begun: (recorded) => {
          journal.write({ type: "intent", number: recorded.number, prior: recorded.prior });
          this.begun.push(recorded);
          if (isUnlabelled(this.host, recorded.change)) this.#created.push(recorded.change.path);
          this.#first ??= performance.now();
        },
        done: ({ number }) => {
          this.#last = performance.now();
          journal.write({ type: "done", number });
        },
      },
    };
  }

  /** Gives what was created its SELinux context; what is wrong with that is a warning. */
  async label(): Promise<void> {
    this.warnings.push(...(await restoreContexts(this.host, this.#created)));
  }

  /** Milliseconds from the start of the first change to the end of the last; undefined: none was made yet. */
  get exposureMs(): number | undefined {
    return this.#first === undefined || this.#last === undefined ? undefined : this.#last - this.#first;
  }

  /** What on the host is not as it was proven, or cannot be looked at. */
  compareWith(proven: Looks): readonly Problem[] {
    const made = this.#changes.filter((change) => proven.has(change.path) && !waitsForProof(change));
    try {
      return notAsProven(proven, looksOf(this.host, made));
    } catch (error) {
      if (error instanceof Problems) return error.list;
      if (error instanceof Problem) return [error];
      throw error;
    }
  }
}
