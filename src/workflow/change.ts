import type { ChangeKind, CommonChange } from "./change-kind.js";
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
