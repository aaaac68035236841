import type { Finding } from "./finding.js";
import type { TreeNode } from "./tree.js";

/** Characters; the longest name that a profile may have takes 255 bytes. */
export const keyLimit = 1024;

/**
 * The first key that is longer than any name. It would stand in the path of every mistake below it, and take
 * the program's memory with them.
 */
export function longKey(root: TreeNode): Finding | undefined {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === "list") for (const item of node.items) open.push(item);
    if (node.kind !== "map") continue;
    for (const entry of node.entries.values()) {
      if (entry.key.length > keyLimit) {
        return {
          code: "profile-name-invalid",
          title: "name is too long",
          anchor: entry,
          detail: `it has ${entry.key.length} characters; allowed: ${keyLimit}, and fewer for most`,
          hint: "choose a shorter name",
        };
      }
      open.push(entry.value);
    }
  }
  return undefined;
}
