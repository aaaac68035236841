import type { Problem, Severity, Where } from "../../problem/problem.js";

/** What a pipeline is told in another form than text or `--json`. */
export const checkFormats = ["junit", "github", "sarif"] as const;

export type CheckFormat = (typeof checkFormats)[number];

/** What a verb saw: what it checked one by one, and what it found. */
export interface Checked {
  /** In order. Every finding is in one of them, or is told by one. */
  readonly checks: readonly Check[];
  readonly findings: readonly Finding[];
}

/** One thing that was looked at. */
export interface Check {
  /** What it belongs to: "plan", "token ca_signer". */
  readonly group: string;
  readonly name: string;
  readonly status: "pass" | "warn" | "fail" | "skip";
  readonly ms?: number;
  /** One line: what is wrong, or why it was skipped. */
  readonly message?: string;
  /** What is wrong in one word: a problem's code. */
  readonly type?: string;
  /** All that there is to say. */
  readonly text?: string;
}

/** A problem, or something else that a reader should see where it is. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity | "notice";
  readonly title: string;
  readonly where?: Where;
  readonly detail?: string;
  readonly hint?: string;
}

/** Which run of knetctl saw it. */
export interface CheckRun {
  /** "ha probe" */
  readonly verb: string;
  readonly version: string;
  readonly hostname: string;
  readonly began: Date;
  readonly ms: number;
  /** Warnings count as failures. */
  readonly failsOnWarnings: boolean;
  /** Where the repository begins in which a finding's file is to be shown. */
  readonly folder: string;
  /** From where a relative path leads. */
  readonly workingFolder: string;
  /** The files that were checked, as they were named. */
  readonly files: readonly string[];
}

export function findingOf(problem: Problem): Finding {
  return problem.toJSON();
}

/** A check that found these problems, or nothing wrong. */
export function checkOf(name: Pick<Check, "group" | "name" | "ms">, problems: readonly Finding[]): Check {
  const worst = problems.find(({ severity }) => severity === "error") ?? problems[0];
  if (worst === undefined) return { ...name, status: "pass" };
  return {
    ...name,
    status: worst.severity === "error" ? "fail" : "warn",
    message: worst.title,
    type: worst.code,
    text: problems.map(findingText).join("\n\n"),
  };
}

/** Problems that no other check tells, each as a check of its own. */
export function problemChecks(problems: readonly Problem[], group = "problems"): readonly Check[] {
  return problems.map((problem) => {
    const { code, where } = problem;
    const name = where === undefined ? code : `${code} ${whereText(where)}`;
    return checkOf({ group, name }, [findingOf(problem)]);
  });
}

/** What a command that could not do its work says. */
export function checkedProblems(problems: readonly Problem[], verb: string): Checked {
  return {
    checks: [checkOf({ group: verb, name: verb }, problems.map(findingOf))],
    findings: problems.map(findingOf),
  };
}

/** The code of changes that are still to be made; what is said of them is paths and names. */
export const pendingChanges = "changes-pending";

/** The same, each text of a problem put through `words`. */
export function reworded({ checks, findings }: Checked, words: (text: string) => string): Checked {
  return {
    checks: checks.map((check) =>
      check.type === pendingChanges
        ? check
        : {
            ...check,
            ...(check.message !== undefined && { message: words(check.message) }),
            ...(check.text !== undefined && { text: words(check.text) }),
          },
    ),
    findings: findings.map((finding) =>
      finding.code === pendingChanges
        ? finding
        : {
            ...finding,
            title: words(finding.title),
            ...(finding.detail !== undefined && { detail: words(finding.detail) }),
            ...(finding.hint !== undefined && { hint: words(finding.hint) }),
          },
    ),
  };
}

/** What, where, the evidence, and what to do, each on lines of its own. */
export function findingText({ title, where, detail, hint }: Finding): string {
  return [
    title,
    ...(where === undefined ? [] : [`at ${whereText(where)}`]),
    ...(detail === undefined ? [] : [detail.trimEnd()]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ].join("\n");
}

export function whereText({ path, line, column }: Where): string {
  const shown = path === "-" || path === "/dev/stdin" ? "standard input" : path;
  return [shown, line, column].filter((part) => part !== undefined).join(":");
}
