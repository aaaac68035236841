import { isSecretKey } from "./secret-key.js";
import type { Entry, TreeNode } from "./tree.js";

/** The node that a JSON Pointer leads to, and what may be said of it. */
export interface Place {
  readonly node: TreeNode;
  /** The key it stands under; absent at the root and in lists. */
  readonly owner?: Entry;
  /** What to call it: its key, or `item of` the key that holds the list. */
  readonly name?: string;
  /** It stands below a key that holds a PIN: nothing of it is quoted. */
  readonly secret: boolean;
}

/** Follows a JSON Pointer (RFC 6901) as far as the tree goes. */
export function findPlace(root: TreeNode, pointer: string): Place {
  const parts = pointer === "" ? [] : pointer.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const names = new Set(["users", "connections"]);
  let place: Place = { node: root, secret: false };
  for (const [index, part] of parts.entries()) {
    const isName = index === 1 && names.has(parts[0] ?? "");
    const next = step(place, part, isName);
    if (next === undefined) return place;
    place = next;
  }
  return place;
}

function step({ node, name, secret }: Place, part: string, isName: boolean): Place | undefined {
  if (node.kind === "map") {
    const owner = node.entries.get(part);
    return owner && { node: owner.value, owner, name: part, secret: secret || (!isName && isSecretKey(part)) };
  }
  const item = node.kind === "list" ? node.items[Number(part)] : undefined;
  return item && { node: item, secret, ...(name !== undefined && { name: name.startsWith("item of ") ? name : `item of ${name}` }) };
}
