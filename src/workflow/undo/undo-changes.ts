import { ownCommand } from "../../host/own-command.js";
import { restoreContexts } from "../../host/selinux.js";
import { messageWithDetail, Problem } from "../../problem/problem.js";
import type { Standing } from "../change-kind.js";
import { type Change, type UndoableChange, withKind } from "../change.js";
import { isUnlabelled } from "../unlabelled.js";
import type { Journal } from "../journal/journal.js";
import type { ProgressListener } from "../progress.js";

export interface Undone {
  /** What could not be taken back, with commands to do it by hand. */
  readonly failures: readonly { readonly recorded: UndoableChange; readonly problem: Problem }[];
  /** Warnings: what could not be written to the journal. */
  readonly unwritten: readonly Problem[];
  /** Warnings: what was put back without its SELinux context. */
  readonly unlabelled: readonly Problem[];
}

/**
 * Takes the changes back, the last one first, and goes on after one that fails or cannot be recorded. The
 * `settle` parts come after everything else was tried: a change that is cut off before that does not count as
 * undone.
 */
export async function undoChanges(
  made: readonly UndoableChange[],
  journal: Journal,
  listener: ProgressListener,
): Promise<Undone> {
  const undoing = new Undoing(journal, listener);
  const isMissing = ({ change }: UndoableChange): boolean => isUnlabelled(journal.host, change);
  const missing = made.filter(isMissing);
  for (const recorded of [...made].reverse()) await undoing.undo(recorded);
  await undoing.settle();
  const putBack = missing.filter((recorded) => !isMissing(recorded)).map(({ change }) => change.path);
  const { failures, unwritten } = undoing;
  return { failures, unwritten, unlabelled: await restoreContexts(journal.host, putBack) };
}

class Undoing {
  readonly failures: { recorded: UndoableChange; problem: Problem }[] = [];
  unwritten: readonly Problem[] = [];
  readonly #unsettled: UndoableChange[] = [];
  readonly #journal: Journal;
  readonly #listener: ProgressListener;

  constructor(journal: Journal, listener: ProgressListener) {
    this.#journal = journal;
    this.#listener = listener;
  }

  async undo(recorded: UndoableChange): Promise<void> {
    const { change } = recorded;
    await this.#attempt(recorded, async () => {
      if (this.failures.length > 0) refuseToLeave(change);
      await recorded.undo();
      if (recorded.settle === undefined) return "undone";
      this.#unsettled.push(recorded);
      return "unsettled";
    });
  }

  async settle(): Promise<void> {
    for (const recorded of this.#unsettled) {
      await this.#attempt(recorded, async () => {
        await recorded.settle?.();
        return "undone";
      });
    }
  }

  async #attempt(recorded: UndoableChange, work: () => Promise<"undone" | "unsettled">): Promise<void> {
    const { number, change } = recorded;
    const start = performance.now();
    try {
      if ((await work()) === "unsettled") return;
      this.unwritten = this.#journal.writeIfPossible({ type: "undone", number });
      this.#listener({ type: "change-undone", change, ms: performance.now() - start });
    } catch (error) {
      const problem = undoProblem(recorded, error, this.#journal);
      this.failures.push({ recorded, problem });
      this.unwritten = this.#journal.writeIfPossible({
        type: "undo-failed",
        number,
        problem: problem.toJSON(),
      });
      this.#listener({ type: "undo-failed", change, problem });
    }
  }
}

/** Looks at changes that were taken back, and returns those that are not as before after all. */
export async function standingElsewhere(
  made: readonly UndoableChange[],
): Promise<readonly { readonly change: Change; readonly standing: Standing }[]> {
  const found: { change: Change; standing: Standing }[] = [];
  for (const recorded of made) {
    const { change, number } = recorded;
    // the state before it was the earlier one's work, which is taken back and looked at itself
    if (made.some((earlier) => earlier.number < number && followsOn(change, earlier.change))) continue;
    const standing = await recorded.observe();
    if (standing.state !== "before") found.push({ change, standing });
  }
  return found;
}

function followsOn(change: Change, earlier: Change): boolean {
  return withKind(change, (kind, one) => kind.followsOn?.(one, earlier) === true);
}

/** Throws for a change that must stay as long as one that came after it does. */
function refuseToLeave(change: Change): void {
  const stays = withKind(change, (kind, one) => kind.staysAfterFailure?.(one));
  if (stays === undefined) return;
  const { title, detail, hint } = stays;
  throw new Problem("undo-unsafe", title, { where: { path: change.path }, detail, hint });
}

function undoProblem(recorded: UndoableChange, cause: unknown, journal: Journal): Problem {
  const because = cause instanceof Problem ? cause : undefined;
  const { change } = recorded;
  return new Problem("workflow-undo-failed", `could not take back ${change.kind}`, {
    where: because?.where ?? { path: change.path },
    detail: because === undefined ? "unexpected error" : messageWithDetail(because),
    hint: [because?.hint, ...waysOn(recorded, journal)].filter((part) => part !== undefined).join("\n"),
    cause,
  });
}

function waysOn(recorded: UndoableChange, { run, host }: Journal): readonly string[] {
  const commands = recorded.byHand().map((command) => `  ${command}`);
  const again = `then ${ownCommand(host, `rollback ${run}`)} tries again`;
  return commands.length === 0 ? [again] : [`${again}; or by hand:`, ...commands];
}
