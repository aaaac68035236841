/**
 * A place in a text, in UTF-16 code units from its start. Anchors are compared by identity: one anchor, one
 * thing.
 */
export interface Anchor {
  readonly offset: number;
}

export interface ScalarNode extends Anchored<"scalar"> {
  readonly value: string | number | boolean | null;
  /** As written; for a string, its content. */
  readonly text: string;
}

export interface ListNode extends Anchored<"list"> {
  readonly items: readonly TreeNode[];
}

/** Keys in the order of the text; `__proto__` is a key like any other. */
export interface MapNode extends Anchored<"map"> {
  readonly entries: ReadonlyMap<string, Entry>;
}

interface Anchored<Kind> extends Anchor {
  readonly kind: Kind;
}

/** A key and its value; the offset is the key's. */
export interface Entry extends Anchor {
  readonly key: string;
  readonly value: TreeNode;
}

/** YAML or JSON, read: the same shape for both, each part with its place in the text. */
export type TreeNode = ScalarNode | ListNode | MapNode;

/**
 * The deepest nesting that is accepted, more than any profile needs; deeper text is refused before anything
 * recurses into it.
 */
export const depthLimit = 64;

/** The entry with that key, if the node is a map that has it. */
export function entryOf(node: TreeNode | undefined, key: string): Entry | undefined {
  return node?.kind === "map" ? node.entries.get(key) : undefined;
}

/** The entries of the map below that key; none when there is no such map. */
export function entriesOf(node: TreeNode | undefined, key: string): readonly Entry[] {
  const value = entryOf(node, key)?.value;
  return value?.kind === "map" ? [...value.entries.values()] : [];
}

/** The value as text, when the node is a string. */
export function textOf(node: TreeNode | undefined): string | undefined {
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/**
 * Plain data for a validator. Maps become objects without a prototype, so that no key has a meaning of its
 * own.
 */
export function toData(node: TreeNode): unknown {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toData);
    case "map": {
      const data: Record<string, unknown> = {};
      Object.setPrototypeOf(data, null);
      for (const entry of node.entries.values()) data[entry.key] = toData(entry.value);
      return data;
    }
  }
}
