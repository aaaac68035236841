import type { Finding } from "../finding.js";
import { textOf, type TreeNode } from "../reading/tree.js";
import { placeholderFinding } from "./placeholder.js";
import { listed, quotedName } from "./quote.js";

/**
 * The candidate that differs from the word by at most a third of its letters (added, left out, replaced, or
 * swapped with the next; case and `-` against `_` aside), for "did you mean"; undefined when none is near.
 * The time it takes grows with the number of candidates: callers with many words limit their number.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = folded(word);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const other = folded(candidate);
    if (Math.abs(other.length - wanted.length) >= least) continue;
    const found = distance(wanted, other);
    if (found >= least) continue;
    least = found;
    best = candidate;
  }
  return best;
}

function folded(text: string): string {
  return text.slice(0, 64).toLowerCase().replaceAll("-", "_");
}

function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

/** Whether the map has an unknown key that is closer to this known key than to any other. */
export function hasMisspelt(node: TreeNode, key: string, known: readonly string[]): boolean {
  if (node.kind !== "map") return false;
  return [...node.entries.keys()].some((other) => !known.includes(other) && nearest(other, known) === key);
}

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
