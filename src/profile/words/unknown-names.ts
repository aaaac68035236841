import type { Finding } from "../finding.js";
import { placeholderFinding } from "./placeholder.js";
import { listed, quotedName } from "./quote.js";
import { nearest } from "./suggest.js";
import { textOf, type TreeNode } from "../reading/tree.js";

/** Comparing a name with all others takes time; past this many wrong names, suggestions help nobody. */
const suggestionBudget = 50;

/** What is said about an unknown name; the hint is for when no known name is close. */
type Words = Pick<Finding, "code" | "title" | "severity"> & { readonly hint: string };

/**
 * A check of names that must be among those of the profile: with the nearest one as a suggestion. The schema
 * reports values that are not text.
 */
export function unknownNames(
  names: readonly string[],
  { hint, ...words }: Words,
): (node: TreeNode | undefined) => readonly Finding[] {
  const known = new Set(names);
  let budget = suggestionBudget;
  let allowed: string | undefined;
  return (node) => {
    const name = textOf(node);
    if (node === undefined || name === undefined || name === "" || known.has(name)) return [];
    const placeholder = placeholderFinding(name, node);
    if (placeholder) return [placeholder];
    const near = budget-- > 0 ? nearest(name, names) : undefined;
    allowed ??= names.length === 0 ? "there are none" : `allowed: ${listed(names)}`;
    return [
      {
        ...words,
        anchor: node,
        detail: `found ${quotedName(name)}; ${allowed}`,
        hint: near === undefined ? hint : `did you mean ${quotedName(near)}?`,
      },
    ];
  };
}
