import { secretKeysIn } from "./key-stores/store-types.js";
import { entriesOf, entryOf, type Entry, type TreeNode } from "./tree.js";

/**
 * Every place of a profile that holds the source of a secret: a user's PIN, the secrets of each key store.
 */
export function secretSlots(root: TreeNode): readonly Entry[] {
  return [
    ...entriesOf(root, "users").flatMap(({ value }) => slots(value, ["pin"])),
    ...entriesOf(root, "key_stores").flatMap(({ value }) => slots(value, secretKeysIn(value))),
  ];
}

function slots(node: TreeNode, keys: readonly string[]): readonly Entry[] {
  return keys.map((key) => entryOf(node, key)).filter((entry) => entry !== undefined);
}
