import type { Finding } from "../finding.js";
import { secretKeysIn } from "../key-stores/key-store-types.js";
import { type Anchor, entriesOf, type Entry, entryOf, type TreeNode } from "../reading/tree.js";

/**
 * Descriptors named by more than one source of a secret: what was read from one is gone for the next. The
 * same goes for standard input when the profile itself comes from there. A key store that takes its user's
 * source reads nothing of its own.
 */
export function checkSharedDescriptors(root: TreeNode, profileFromInput: boolean): readonly Finding[] {
  const seen = new Map<unknown, Anchor | undefined>(profileFromInput ? [[0, undefined]] : []);
  const findings: Finding[] = [];
  for (const { value: source } of secretSlots(root)) {
    const node = entryOf(source, "fd")?.value;
    if (node?.kind !== "scalar" || typeof node.value !== "number") continue;
    if (seen.has(node.value)) findings.push(shared(node, seen.get(node.value)));
    else seen.set(node.value, node);
  }
  return findings;
}

function shared(anchor: Anchor, first: Anchor | undefined): Finding {
  return {
    code: "profile-pin-shared",
    title: first ? "two secrets from one file descriptor" : "secret and profile both from standard input",
    anchor,
    hint: "a descriptor can be read once; give each secret its own, or a file",
    ...(first && { first }),
  };
}

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
