import type { Finding } from "./finding.js";
import { secretSlots } from "./secret-slots.js";
import { entryOf, type Anchor, type TreeNode } from "./tree.js";

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
