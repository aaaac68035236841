import { exitCodes, type ExitCode } from "../problem/exit-codes.js";
import type { CheckResult, SmokeReport, TokenReport } from "../workflow/step.js";

export interface SmokeOutcome {
  readonly result: "pass" | "warn" | "fail";
  readonly exitCode: ExitCode;
}

/**
 * A report's outcome: warnings pass. A failure is exit code 69 where every token that failed did so because
 * it, or its login, cannot be had now; any other failure is 1. A report without a single check proves
 * nothing, and fails.
 */
export function smokeOutcome({ tokens }: SmokeReport): SmokeOutcome {
  const failed = tokens.filter((token) => token.checks.length === 0 || failures(token).length > 0);
  if (tokens.length === 0 || failed.length > 0) {
    const unavailable =
      failed.length > 0 && failed.every((token) => failures(token)[0]?.unavailable === true);
    return { result: "fail", exitCode: unavailable ? exitCodes.unavailable : exitCodes.failed };
  }
  const warned = tokens.some(({ checks }) => checks.some(({ status }) => status === "warn"));
  return { result: warned ? "warn" : "pass", exitCode: exitCodes.done };
}

function failures({ checks }: TokenReport): readonly CheckResult[] {
  return checks.filter(({ status }) => status === "fail");
}
