import type { ProblemCode } from "../problem/codes.js";
import { Problem, type Severity } from "../problem/problem.js";
import type { SourceText } from "./reading/source-text.js";
import type { Anchor } from "./reading/tree.js";

/** A problem before its line and column are known: it has a place in the tree only. */
export interface Finding {
  readonly code: ProblemCode;
  readonly title: string;
  readonly anchor: Anchor;
  readonly detail?: string;
  readonly hint?: string;
  readonly severity?: Severity;
  /** Where the thing that this one conflicts with is. */
  readonly first?: Anchor;
}

/** Problems in the order of the text, each with line and column; if there are very many, the first ones. */
export function toProblems(findings: readonly Finding[], source: SourceText): readonly Problem[] {
  return shownFindings(findings).map((finding) => toProblem(finding, source));
}

function toProblem(finding: Finding, source: SourceText): Problem {
  const first = finding.first && `first on line ${source.where(finding.first.offset).line}`;
  const detail = [finding.detail, first].filter((part) => part !== undefined).join("; ");
  return new Problem(finding.code, finding.title, {
    where: source.where(finding.anchor.offset),
    ...(detail !== "" && { detail }),
    ...(finding.hint !== undefined && { hint: finding.hint }),
    ...(finding.severity !== undefined && { severity: finding.severity }),
  });
}

/** The most problems of one profile that are shown: as many as somebody might work through in one go. */
export const shownLimit = 100;

/**
 * The findings to show, in the order of the text. Past the limit, errors are kept before warnings, and one
 * more finding, at the first place left out, says how many others there are: each one costs time and memory,
 * and a large file can be wrong in every line.
 */
export function shownFindings(findings: readonly Finding[]): readonly Finding[] {
  const sorted = [...findings].sort(byPlace);
  if (sorted.length <= shownLimit) return sorted;
  const errors = sorted.filter(isError);
  const kept = new Set([...errors, ...sorted.filter((finding) => !isError(finding))].slice(0, shownLimit));
  return [
    ...sorted.filter((finding) => kept.has(finding)),
    more(sorted.filter((finding) => !kept.has(finding))),
  ];
}

export function isError({ severity = "error" }: Finding): boolean {
  return severity === "error";
}

function byPlace(a: Finding, b: Finding): number {
  return a.anchor.offset - b.anchor.offset;
}

function more(hidden: readonly Finding[]): Finding {
  const errors = hidden.filter(isError).length;
  const counts = [counted(errors, "error"), counted(hidden.length - errors, "warning")].filter(
    (text) => text !== undefined,
  );
  return {
    code: "profile-more-problems",
    title: `more problems than the ${shownLimit} that are shown`,
    anchor: hidden[0]?.anchor ?? { offset: 0 },
    detail: `${counts.join(" and ")} more, the first of them here`,
    hint: "fix the first ones and run again: many mistakes often have one cause",
    severity: errors > 0 ? "error" : "warning",
  };
}

function counted(count: number, noun: string): string | undefined {
  if (count === 0) return undefined;
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
