import { messageWithDetail, Problem } from "../problem/problem.js";
import type { ChangeKind, CommonChange, RunContext, Standing } from "./change-kind.js";
import { changeKinds } from "./change-kinds/index.js";

type Kinds = typeof changeKinds;
/** What its kind says about a change. */
export type ChangeKindName = keyof Kinds;

/** The changes of each kind, and what its `record` gathers. */
type Parts = {
  readonly [K in ChangeKindName]: Kinds[K] extends ChangeKind<infer C, infer Prior>
    ? { readonly change: C; readonly prior: Prior }
    : never;
};

/** One reversible change to the host. */
export type Change<K extends ChangeKindName = ChangeKindName> = {
  readonly [P in K]: Parts[P]["change"] & { readonly kind: P };
}[K];

type Table = { readonly [K in ChangeKindName]: ChangeKind<Change<K>, Parts[K]["prior"]> };

/** What can be done with any kind and a change of that kind. */
export interface UseOfKind<T> {
  <C extends CommonChange, Prior>(kind: ChangeKind<C, Prior>, change: C): T;
}

/**
 * Calls `use` with a change's kind, and the change typed as that kind's: `withKind(change, (kind, one) =>
 * kind.text(one))`.
 */
export function withKind<K extends ChangeKindName, T>(change: Change<K>, use: UseOfKind<T>): T {
  return use(kindOf(change), change);
}

function kindOf<K extends ChangeKindName>(change: Change<K>): Table[K] {
  const table: Table = changeKinds;
  return table[change.kind];
}

/** The change as a journal keeps it. */
export function journaled<K extends ChangeKindName>(change: Change<K>): Change<K> {
  return kindOf(change).journaled?.(change) ?? change;
}

/** Whether a change is made only after all others of its run are made and proven. */
export function waitsForProof(change: Change): boolean {
  return withKind(change, (kind) => kind.waitsForProof === true);
}

/** Whether a change can be tried in a stage before the host is touched. */
export function canBeStaged(change: Change): boolean {
  return withKind(change, (kind) => kind.onlyInPlace !== true);
}

/** Units that these changes restart. */
export function restartedUnits(changes: readonly Change[]): readonly string[] {
  return changes
    .flatMap((change) =>
      withKind(change, (kind, one) =>
        kind.waitsForProof === true ? (kind.restart?.(one, undefined) ?? []) : [],
      ),
    )
    .map(({ unit }) => unit);
}

/** Whether a change alters what a program reads, and not only who may read it. */
export function changesContent(change: Change): boolean {
  return withKind(change, (kind) => kind.changesContent === true);
}

/** Whether a change makes the folder at its path. */
export function makesFolder(change: Change): boolean {
  return withKind(change, (kind) => kind.makesFolder === true);
}

/** A change whose prior state is known, from this run or from the journal of another. */
export interface UndoableChange {
  readonly change: Change;
  readonly number: number;
  /** For the journal. */
  readonly prior: unknown;
  perform(): Promise<void>;
  /** Only looks. Something that cannot be looked at counts as changed by others. */
  observe(): Promise<Standing>;
  undo(): Promise<void>;
  /** The rest of the undo, for after all changes of the run are taken back. */
  settle?(): Promise<void>;
  byHand(): readonly string[];
}

/**
 * The change with what is needed to take it back, gathered before it is made; that is written to the journal
 * first.
 */
export function recordChange(change: Change, run: RunContext): Promise<UndoableChange> {
  return withKind(change, async (kind, one) => ({
    change,
    ...withPrior(kind, one, await kind.record(one, run), run),
  }));
}

/**
 * The change as recorded in a journal; throws `journal-damaged` if its prior state cannot be what its kind
 * wrote.
 */
export function changeFromJournal(change: Change, prior: unknown, run: RunContext): UndoableChange {
  return withKind(change, (kind, one) => {
    const parsed = kind.parsePrior(prior);
    if (parsed !== undefined) return { change, ...withPrior(kind, one, parsed, run) };
    throw new Problem("journal-damaged", "the journal of a run cannot be read", {
      where: { path: run.folder },
      detail:
        `the state before change ${run.number} (${change.kind}) is not what this knetctl would have ` +
        "written",
      hint: "find out what wrote to it; the files beside it hold the state before the run",
    });
  });
}

function withPrior<C extends CommonChange, Prior>(
  kind: ChangeKind<C, Prior>,
  change: C,
  prior: Prior,
  run: RunContext,
): Omit<UndoableChange, "change"> {
  // the signal that stopped the run must not stop the undo
  const undoing = withoutSignal(run);
  return {
    number: run.number,
    prior,
    perform: () => kind.perform(change, prior, run),
    observe: async () => {
      try {
        return await kind.observe(change, prior, undoing);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return {
          state: "other",
          path: error.where?.path ?? change.path,
          because: messageWithDetail(error),
        };
      }
    },
    undo: () => kind.undo(change, prior, undoing),
    ...(kind.settle !== undefined && { settle: async () => kind.settle?.(change, prior, undoing) }),
    byHand: () => kind.byHand(change, prior, undoing),
  };
}

function withoutSignal(run: RunContext): RunContext {
  const { host, folder, number, changes, recovering = false } = run;
  return {
    host,
    folder,
    number,
    changes,
    recovering,
    note: (text) => {
      run.note(text);
    },
    report: (text) => {
      run.report(text);
    },
  };
}
