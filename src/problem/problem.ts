import type { ProblemCode } from "./codes.js";
import { problemCodes } from "./codes.js";
import { exitCodes, type ExitCode } from "./exit-codes.js";
import { valueWithoutUrlSecrets, withoutUrlSecrets } from "./without-url-secrets.js";

/** The place a problem points at: a file (with a position, 1-based) or a path on the host. */
export interface Where {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ProblemDetails {
  readonly where?: Where;
  /** The evidence: the offending text, the observed state, a program's output. Never a secret. */
  readonly detail?: string;
  /** What to do about it, as an instruction. */
  readonly hint?: string;
  readonly severity?: Severity;
  /** The technical reason, kept for `--verbose`. Leave it out where its text could quote a secret. */
  readonly cause?: unknown;
}

export type Severity = "error" | "warning";

/**
 * Everything shown to a user as wrong: a stable code, what is wrong (`title`, the message), where, why, what
 * to do. Library code throws or returns problems and never prints; `main` shows each one once. Secrets that
 * URLs can contain are removed from every part of it here, the path included: base decisions on the paths
 * that you looked at, not on a problem's path.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly where: Where | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ProblemCode, title: string, details: ProblemDetails = {}) {
    super(withoutUrlSecrets(title), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.severity = details.severity ?? "error";
    this.where = details.where && { ...details.where, path: valueWithoutUrlSecrets(details.where.path) };
    this.detail = details.detail === undefined ? undefined : withoutUrlSecrets(details.detail);
    this.hint = details.hint === undefined ? undefined : withoutUrlSecrets(details.hint);
  }

  /** The shape of a problem in every `--json` document (schemas/report.schema.json). */
  toJSON(): ProblemJson {
    return {
      code: this.code,
      severity: this.severity,
      title: this.message,
      ...(this.where && { where: this.where }),
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.hint !== undefined && { hint: this.hint }),
    };
  }
}

export interface ProblemJson {
  readonly code: ProblemCode;
  readonly severity: Severity;
  readonly title: string;
  readonly where?: Where;
  readonly detail?: string;
  readonly hint?: string;
}

/** Several problems found in one pass; thrown where the work cannot go on. */
export class Problems extends Error {
  override readonly name = "Problems";
  readonly list: readonly Problem[];

  constructor(list: readonly Problem[]) {
    super(list.map((problem) => problem.message).join("; "));
    this.list = list;
  }
}

/** Throws all problems together if any of them is an error; warnings alone do not throw. */
export function throwIfErrors(list: readonly Problem[]): void {
  if (list.some((problem) => problem.severity === "error")) throw new Problems(list);
}

/** "1 error", "2 errors". */
export function errorCount(list: readonly Problem[]): string {
  const { length } = list.filter(isError);
  return length === 1 ? "1 error" : `${length} errors`;
}

/** The order in which people see problems: what stops the work comes last, where it is read first. */
export function errorsLast(list: readonly Problem[]): readonly Problem[] {
  return [
    ...list.filter(({ severity }) => severity !== "error"),
    ...list.filter(({ severity }) => severity === "error"),
  ];
}

/** Whether a problem makes a command fail: warnings do not. */
export function isError({ severity }: Pick<Problem, "severity">): boolean {
  return severity === "error";
}

/** The exit code of the first error; `otherwise` if there is none. */
export function exitCodeOf(problems: readonly Problem[], otherwise: ExitCode = exitCodes.done): ExitCode {
  const first = problems.find(isError);
  return first === undefined ? otherwise : problemCodes[first.code];
}

/** The message with the detail, if any, as one line: for a text that contains it. */
export function messageWithDetail({ message, detail }: Pick<Problem, "message" | "detail">): string {
  return titleWithDetail({ title: message, detail });
}

/** The same of a problem in its JSON form, and of a finding. */
export function titleWithDetail({ title, detail }: { title: string; detail?: string | undefined }): string {
  return detail === undefined ? title : `${title}: ${detail}`;
}

/** The same problem as a warning, which does not make the command fail. */
export function asWarning({ code, message, where, detail, hint, cause }: Problem): Problem {
  return new Problem(code, message, {
    severity: "warning",
    ...(where && { where }),
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
    cause,
  });
}

/**
 * Whether it is a problem that another user (usually root) would not have: `plan` then says what it could not
 * see.
 */
export function needsPermission(error: unknown): error is Problem {
  return error instanceof Problem && problemCodes[error.code] === exitCodes.noPermission;
}

/**
 * A URL as it may be shown: without user, password, query and fragment, which can hold secrets. Text that is
 * not a URL is not shown at all.
 */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return "the URL";
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname}`;
}
