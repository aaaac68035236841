import type { ChangeKind, CommonChange } from "./change-kind.js";
import { changeKinds } from "./change-kinds/index.js";

type Kinds = typeof changeKinds;
/** What `kind` says of a change. */
export type ChangeKindName = keyof Kinds;

/** The changes of each kind, and what its `record` gathers. */
type Parts = {
  readonly [K in ChangeKindName]: Kinds[K] extends ChangeKind<infer C, infer Prior>
    ? { readonly change: C; readonly prior: Prior }
    : never;
};

/** One reversible thing done to the host. */
export type Change<K extends ChangeKindName = ChangeKindName> = {
  readonly [P in K]: Parts[P]["change"] & { readonly kind: P };
}[K];

type Table = { readonly [K in ChangeKindName]: ChangeKind<Change<K>, Parts[K]["prior"]> };

/** What may be done with a kind and a change of it, whichever they are. */
export interface UseOfKind<T> {
  <C extends CommonChange, Prior>(kind: ChangeKind<C, Prior>, change: C): T;
}

/**
 * Asks a change's kind, with the change as that kind knows it: `withKind(change, (kind, one) =>
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

/** Whether a change is made only when all others of its run are made and proven. */
export function waitsForProof(change: Change): boolean {
  return withKind(change, (kind) => kind.waitsForProof === true);
}

/** Whether a change makes other what a program reads, and not only who may. */
export function changesContent(change: Change): boolean {
  return withKind(change, (kind) => kind.changesContent === true);
}

/** Whether a change makes the folder at its path. */
export function makesFolder(change: Change): boolean {
  return withKind(change, (kind) => kind.makesFolder === true);
}
