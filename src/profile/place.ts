import { isSecretKey } from "./secret-key.js";
import type { Entry, TreeNode } from "./tree.js";

/** The node that a JSON Pointer leads to, and what may be said of it. */
export interface Place {
  readonly node: TreeNode;
  /** The key it stands under; absent at the root and in lists. */
  readonly owner?: Entry;
  /** What to call it: its key, or `item of` the key that holds the list. */
  readonly name?: string;
  /**
   * It stands below a key that is called like a PIN: nothing of it is quoted. That goes for a user of such a
   * name too: with the wrong indentation a PIN's key becomes one.
   */
  readonly secret: boolean;
}

/** Follows a JSON Pointer (RFC 6901) as far as the tree goes. */
export function findPlace(root: TreeNode, pointer: string): Place {
  const parts =
    pointer === ""
      ? []
      : pointer
          .slice(1)
          .split("/")
          .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  let place: Place = { node: root, secret: false };
  for (const part of parts) {
    const next = step(place, part);
    if (next === undefined) return place;
    place = next;
  }
  return place;
}

function step({ node, name, secret }: Place, part: string): Place | undefined {
  if (node.kind === "map") {
    const owner = node.entries.get(part);
    return owner && { node: owner.value, owner, name: part, secret: secret || isSecretKey(part) };
  }
  const item = node.kind === "list" ? node.items[Number(part)] : undefined;
  return (
    item && {
      node: item,
      secret,
      ...(name !== undefined && { name: name.startsWith("item of ") ? name : `item of ${name}` }),
    }
  );
}
