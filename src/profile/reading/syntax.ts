import type { Finding } from "../finding.js";
import { mayHoldSecret, quoted } from "../words/quote.js";
import { depthLimit, type TreeNode } from "./tree.js";
import type { Entry } from "./tree.js";

/** A text as a tree; no tree if its syntax is broken. */
export interface Reading {
  readonly root?: TreeNode;
  readonly findings: Finding[];
}

export interface SyntaxMistake {
  readonly offset: number;
  readonly title: string;
  readonly code?: Finding["code"];
  readonly hint?: string;
  /** The parser went on as if nothing had happened; after any other mistake it may have lost its way. */
  readonly harmless?: boolean;
}

/**
 * One mistake, one finding: a parser that has lost its way complains about everything that follows, so
 * nothing is reported after the first mistake that can have misled it. At most one per line, and ten in all.
 */
export function syntaxFindings(text: string, errors: readonly SyntaxMistake[]): Finding[] {
  const findings: Finding[] = [];
  let end = -1;
  for (const { offset, title, code, hint, harmless = false } of [...errors].sort(
    (a, b) => a.offset - b.offset,
  )) {
    if (offset <= end || findings.length === 10) continue;
    findings.push({
      code: code ?? "profile-syntax",
      title,
      anchor: { offset },
      ...(hint !== undefined && { hint }),
    });
    if (!harmless) break;
    const lineEnd = text.indexOf("\n", offset);
    end = lineEnd === -1 ? text.length : lineEnd;
  }
  return findings;
}

export function tooDeep(offset: number): Finding {
  return {
    code: "profile-too-deep",
    title: `lists and maps are nested more than ${depthLimit} levels deep`,
    anchor: { offset },
    hint: "a profile needs only five levels; check the brackets and the indentation",
  };
}

/** The second of two equal keys in one map. The other checks use the first one. `hidden`: not quoted. */
export function duplicateKey(entry: Entry, first: Entry, hidden: boolean): Finding {
  return {
    code: "profile-key-duplicate",
    title: "key occurs twice in one map",
    anchor: entry,
    ...(!hidden && !mayHoldSecret(entry.key) && { detail: quoted(entry.key) }),
    hint: "keep one of the two",
    first,
  };
}
