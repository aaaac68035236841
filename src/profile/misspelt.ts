import { nearest } from "./suggest.js";
import type { TreeNode } from "./tree.js";

/** Whether the map has a key that is none of the known ones and nearest to this one of them. */
export function hasMisspelt(node: TreeNode, key: string, known: readonly string[]): boolean {
  if (node.kind !== "map") return false;
  return [...node.entries.keys()].some((other) => !known.includes(other) && nearest(other, known) === key);
}
