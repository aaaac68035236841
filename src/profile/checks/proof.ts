import type { Finding } from "../finding.js";
import { entryOf, textOf, type TreeNode } from "../reading/tree.js";

/** A proof that asks for what it forbids. */
export function checkProof(root: TreeNode): readonly Finding[] {
  const proof = entryOf(root, "proof")?.value;
  const level = entryOf(proof, "at_least");
  const rule = entryOf(proof, "existing_keys");
  if (textOf(level?.value) !== "signed-existing-key" || textOf(rule?.value) !== "list" || rule === undefined)
    return [];
  return [
    {
      code: "profile-value-invalid",
      title: "at_least signed-existing-key asks for what existing_keys list forbids",
      anchor: rule.value,
      detail: "a key that is only listed signs nothing",
      hint: "ask for less, such as at_least: signed-session-key, or let the keys that are there sign",
    },
  ];
}
