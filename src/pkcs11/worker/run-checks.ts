import { performance } from "node:perf_hooks";
import { thrownText } from "../../problem/thrown.js";
import type { CheckId } from "../check-table.js";
import type { CheckResult } from "../report.js";
import type { Check, Outcome, Run } from "./checks/check.js";
import { CryptokiError } from "./cryptoki-error.js";
import { closedWay } from "./closed-library.js";
import { isUnreachable, returnValueName } from "../return-values.js";

const CKR_FUNCTION_NOT_SUPPORTED = 0x54;

/**
 * Runs the checks in order and reports each one's start and end; of a quiet one that passed, only the start.
 * After one that stops the run, only those that clean up are run. Never throws for what a module does.
 */
export function runChecks(checks: readonly Check[], run: Run): void {
  let stopped = false;
  for (const check of checks) {
    if (stopped && check.cleanup !== true) continue;
    const reason = check.skip?.(run);
    if (reason !== undefined && stopped) continue;
    run.tell({ type: "begin", check: check.id });
    const started = performance.now();
    const { stop, ...outcome } =
      reason === undefined ? performed(check, run) : ({ status: "skip", detail: reason } satisfies Outcome);
    const result: CheckResult = {
      id: check.id,
      ms: Math.round((performance.now() - started) * 10) / 10,
      ...withClosedHome(check, outcome),
    };
    run.failed ||= result.status === "fail";
    stopped ||= stop === true;
    if (check.quiet === true && result.status === "pass" && result.detail === undefined) continue;
    run.tell({ type: "end", result });
  }
}

function performed(check: Check, run: Run): Outcome & { readonly stop?: boolean } {
  try {
    return check.perform(run);
  } catch (error) {
    return error instanceof CryptokiError ? refused(check, error, run) : broken(check, error);
  }
}

function refused(check: Check, error: CryptokiError, run: Run): Outcome {
  const told = { detail: error.message, ckr: returnValueName(error.value) };
  if (error.value === CKR_FUNCTION_NOT_SUPPORTED && check.refused !== "stop" && check.mandatory !== true)
    return { status: "skip", ...told };
  if (check.refused === "warn" || check.optional?.(run) === true) return { status: "warn", ...told };
  return {
    status: "fail",
    ...told,
    stop: check.refused === "stop",
    ...(isUnreachable(error.value) && { unavailable: true }),
  };
}

/** Not a return value: the addon or Node could not make sense of what the module returned. */
function broken(check: Check, error: unknown): Outcome {
  const isPlain = error instanceof Error && error.name === "Error";
  const why = isPlain ? error.message : thrownText(error);
  const detail = `what the module returned cannot be used: ${why}`;
  return check.refused === "warn"
    ? { status: "warn", detail }
    : { status: "fail", detail, stop: check.refused === "stop" };
}

/**
 * Checks in which modules read their configuration, usually below the home; few of them say what they could
 * not read.
 */
const readingHome: ReadonlySet<CheckId> = new Set(["initialize", "slots", "token"]);

function withClosedHome({ id }: Check, outcome: Outcome): Outcome {
  if (outcome.status !== "fail" || !readingHome.has(id)) return outcome;
  const home = process.env["HOME"] ?? "";
  const closed = home.startsWith("/") ? closedWay(home) : undefined;
  if (closed === undefined) return outcome;
  return {
    ...outcome,
    hint:
      `this user cannot reach its home ${home}: ${closed} is closed to it; give it the right to enter ` +
      "the folders there, or another home",
  };
}
