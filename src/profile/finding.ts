import type { ProblemCode } from "../problem/codes.js";
import { Problem, type Severity } from "../problem/problem.js";
import { shownFindings } from "./shown-findings.js";
import type { SourceText } from "./source-text.js";
import type { Anchor } from "./tree.js";

/** A problem in the making: it knows its place in the tree, not yet the line and column. */
export interface Finding {
  readonly code: ProblemCode;
  readonly title: string;
  readonly anchor: Anchor;
  readonly detail?: string;
  readonly hint?: string;
  readonly severity?: Severity;
  /** Where the thing that this one clashes with stands. */
  readonly first?: Anchor;
}

/** Problems in the order of the text, each with line and column; of very many the first ones. */
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
