import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import { restoreContexts } from "../host/selinux.js";
import { Problem, Problems } from "../problem/problem.js";
import { type Change, type UndoableChange, waitsForProof } from "./change.js";
import type { Contents } from "./contents.js";
import type { Journal } from "./journal/journal.js";
import { isUnlabelled } from "./labels.js";
import { looksOf, notAsProven } from "./looks.js";
import { makeChanges } from "./make-changes.js";
import type { ProgressListener } from "./progress.js";
import type { Rehearsal } from "./rehearse.js";
import type { StepInput } from "./step.js";

/** Makes a plan's changes on the host itself, each written to the journal before it is made. */
export class Commit {
  readonly host: Host;
  /** What may have to be undone. */
  readonly begun: UndoableChange[] = [];
  /** What is wrong, but not because of the run. */
  readonly warnings: Problem[] = [];
  readonly #changes: readonly Change[];
  readonly #contents: Contents | undefined;
  readonly #options: { readonly signal: AbortSignal; readonly listener: ProgressListener };
  readonly #journal: Journal;
  #first: number | undefined;
  #last: number | undefined;
  readonly #created: AbsolutePath[] = [];

  constructor(
    { host, staging }: StepInput,
    changes: readonly Change[],
    options: { readonly signal: AbortSignal; readonly listener: ProgressListener },
    journal: Journal,
  ) {
    this.host = host;
    this.#changes = changes;
    this.#contents = staging?.contents;
    this.#options = options;
    this.#journal = journal;
  }

  /** Makes those that are asked for, until one fails. Returns why it stopped early. */
  make(isAskedFor: (change: Change) => boolean): Promise<readonly Problem[]> {
    const journal = this.#journal;
    return makeChanges(
      {
        host: this.host,
        changes: this.#changes,
        contents: this.#contents,
        folder: journal.folder,
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
      },
      isAskedFor,
    );
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
  compareWith({ proven }: Pick<Rehearsal, "proven">): readonly Problem[] {
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
