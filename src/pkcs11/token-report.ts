import { type ExitCode, exitCodes } from "../problem/exit-codes.js";
import { withoutUrlSecrets } from "../problem/without-url-secrets.js";
import type { CheckResult, SmokeReport, TokenReport } from "../workflow/step.js";
import { type TokenChoice, wantedOf } from "./protocol.js";
import type { WorkerEnd } from "./run-worker.js";

export interface Asked {
  readonly token: TokenChoice;
  readonly timeoutMs: number;
  readonly tokenObjects: boolean;
  readonly objectLabel: string;
}

/** A process that dies here has proven all it was asked to: a warning, not a failure. */
const lastChecks: ReadonlySet<string> = new Set(["logout", "close-session", "finalize"]);

/**
 * Checks in which a module may be waiting for its HSM: up to the login, whoever does not answer then cannot
 * be reached.
 */
const untilLogin: ReadonlySet<string> = new Set([
  "initialize",
  "info",
  "slots",
  "token",
  "token-flags",
  "mechanisms",
  "session",
  "login",
]);

const printedAtMost = 200;

/**
 * What a worker's end means. A check that began and did not end is its result, naming the call; an end that
 * is not clean after the last check is a warning of its own, `exit`.
 */
export function tokenReport(asked: Asked, end: WorkerEnd): TokenReport {
  const { transcript } = end;
  const { label, serial, manufacturer } = transcript.token ?? {
    ...wantedOf(asked.token),
    manufacturer: undefined,
  };
  return {
    label: label ?? "",
    ...(serial !== undefined && { serial }),
    ...(manufacturer !== undefined && { manufacturer }),
    checks: [...transcript.results, ...endings(asked, end)].map(withoutSecrets),
  };
}

/** The loader and the module quote paths and addresses, which may be URLs. */
function withoutSecrets({ detail, hint, ...check }: CheckResult): CheckResult {
  return {
    ...check,
    ...(detail !== undefined && { detail: withoutUrlSecrets(detail) }),
    ...(hint !== undefined && { hint: withoutUrlSecrets(hint) }),
  };
}

function endings(asked: Asked, end: WorkerEnd): readonly CheckResult[] {
  const { transcript } = end;
  if (transcript.done)
    return cleanExit(end) ? [] : [{ id: "exit", status: "warn", ms: 0, detail: afterTheLastCheck(end) }];
  const id = transcript.open?.check ?? "exit";
  const status = lastChecks.has(id) ? "warn" : "fail";
  const ending: CheckResult = {
    id,
    status,
    ms: Math.round(end.openMs * 10) / 10,
    ...(end.killed === "deadline" ? hung(asked, end) : died(end)),
  };
  const left =
    asked.tokenObjects &&
    transcript.triedToMake &&
    !transcript.results.some((result) => result.id === "leftovers");
  return left ? [ending, mayBeLeft(asked)] : [ending];
}

function cleanExit({ exitCode, killed }: WorkerEnd): boolean {
  return exitCode === 0 && killed === undefined;
}

function afterTheLastCheck(end: WorkerEnd): string {
  return end.killed === undefined
    ? `all checks were made, then the module ${endedHow(end)}`
    : "all checks were made, but the module kept the process from ending; it was killed";
}

type Told = Pick<CheckResult, "detail" | "hint" | "unavailable">;

function hung({ timeoutMs }: Asked, end: WorkerEnd): Told {
  return {
    detail:
      `${place(end)} did not return; it was stopped at the time-out of ${timeoutMs / 1000} s for the ` +
      `whole test${printed(end)}`,
    hint:
      "the module may be waiting for something that does not answer: check address, port and firewall, " +
      "or give more time",
    ...(untilLogin.has(end.transcript.open?.check ?? "") && { unavailable: true }),
  };
}

function died(end: WorkerEnd): Told {
  const hint =
    end.signal === null
      ? "the module ends the process that uses it: read its log"
      : "a crash inside the module, which would take the application with it; a function missing from " +
        "the module ends like this too. Report it to the vendor";
  return { detail: `the module ${endedHow(end)} in ${place(end)}${printed(end)}`, hint };
}

function endedHow({ signal, exitCode }: WorkerEnd): string {
  return `ended the process with ${signal ?? `exit code ${exitCode ?? "unknown"}`}`;
}

function place({ transcript }: WorkerEnd): string {
  if (transcript.open === undefined) return `the time after ${transcript.results.at(-1)?.id ?? "its start"}`;
  return transcript.call ?? transcript.open.check;
}

/** The last line the module printed, but only while it had not been given the PIN. */
function printed({ transcript, stderr }: WorkerEnd): string {
  const line = transcript.pinGiven ? "" : (stderr.trimEnd().split("\n").at(-1) ?? "").trim();
  // before it is shortened: what marks a password may stand behind the cut
  return line === ""
    ? ""
    : `; it printed: ${JSON.stringify(withoutUrlSecrets(line).slice(0, printedAtMost))}`;
}

function mayBeLeft({ objectLabel }: Asked): CheckResult {
  return {
    id: "leftovers",
    status: "warn",
    ms: 0,
    detail: "not looked for",
    hint: `remove objects labelled ${objectLabel} from the token`,
  };
}

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
