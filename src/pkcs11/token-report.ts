import { withoutUrlSecrets } from "../problem/without-url-secrets.js";
import type { CheckResult, CheckStatus, TokenReport } from "./report.js";
import { type CheckId, checkTable } from "./check-table.js";
import { hintFor } from "./hints.js";
import { type TokenChoice, wantedOf } from "./protocol.js";
import { type ExistingKeyRule, type Proven, signedLevel, strongest } from "./proven.js";
import { returnValueNumber } from "./return-values.js";
import { removalHint } from "./run-objects.js";
import type { WorkerEnd } from "./process/run-worker.js";
import { reasons, whyNothingSigned } from "./verdict.js";

export interface Asked {
  /** Path or bare name of the module. */
  readonly module: string;
  readonly token: TokenChoice;
  readonly timeoutMs: number;
  readonly objectLabel: string;
  /** How to remove what is left on the token: see `removalCommand`. */
  readonly removal: string;
  readonly existingKeys: ExistingKeyRule;
}

const printedAtMost = 200;

/**
 * What a worker's end means. A check that began but did not end fails, naming the call; an unclean end after
 * the last check is a separate warning, `exit`.
 */
export function tokenReport(asked: Asked, end: WorkerEnd): TokenReport {
  const { transcript } = end;
  const { label, serial, manufacturer } = transcript.token ?? {
    ...wantedOf(asked.token),
    manufacturer: undefined,
  };
  const checks = [
    ...transcript.results.map((result) => withHint(result, asked.module)),
    ...endings(asked, end),
  ].map(withoutSecrets);
  const proven = provenBy(transcript, checks);
  const unsigned = whyNothingSigned(proven, checks);
  return {
    label: label ?? "",
    ...(serial !== undefined && { serial }),
    ...(manufacturer !== undefined && { manufacturer }),
    proven,
    ...(unsigned !== undefined && { unsigned }),
    ...(checks.some(({ id, status }) => id === "signing-keys" && status !== "skip") && {
      keys: transcript.keys,
      ...(asked.existingKeys === "list" && { existing_keys: "listed" as const }),
    }),
    checks: checks.map((check) => withReasons(check, checks)),
  };
}

function provenBy({ signed }: WorkerEnd["transcript"], checks: readonly CheckResult[]): Proven {
  const did = (check: CheckId, statuses: readonly CheckStatus[]): boolean =>
    checks.some(({ id, status }) => id === check && statuses.includes(status));
  return strongest([
    ...(did("session", ["pass", "warn"]) ? (["reached"] as const) : []),
    // a warning says that another login was found
    ...(did("login", ["pass"]) ? (["logged-in"] as const) : []),
    ...[...signed].map(signedLevel),
  ]);
}

/** The check that finds too little proven does not know why; those before it do. */
function withReasons(check: CheckResult, checks: readonly CheckResult[]): CheckResult {
  const why = check.id === "signature" && check.status === "fail" ? reasons(checks) : undefined;
  return why === undefined ? check : { ...check, detail: `${check.detail ?? ""} (${why})` };
}

/** With the hint for the return value if the check gave none itself. */
function withHint(result: CheckResult, module: string): CheckResult {
  if (result.ckr === undefined || result.hint !== undefined || result.status === "skip") return result;
  const value = returnValueNumber(result.ckr);
  const hint = value === undefined ? undefined : hintFor(value, module);
  return hint === undefined ? result : { ...result, hint };
}

/** The loader and the module quote paths and addresses, which may be URLs with secrets. */
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
  const status = checkTable[id].stage === "leaving" ? "warn" : "fail";
  const ending: CheckResult = {
    id,
    status,
    ms: Math.round(end.openMs * 10) / 10,
    ...(end.killed === "deadline" ? hung(asked, end) : died(end)),
  };
  return mayLeave(end) ? [ending, mayBeLeft(asked)] : [ending];
}

/** Whether the run may have left objects on the token, and did not look for them. */
export function mayLeave({ transcript }: WorkerEnd): boolean {
  return (
    transcript.tokenObjects &&
    transcript.triedToMake &&
    !transcript.results.some((result) => result.id === "leftovers")
  );
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
  const at = place(end);
  const what = "in" in at ? at.in : `what came after ${at.after}`;
  return {
    detail:
      `${what} did not return; it was stopped at the time-out of ${timeoutMs / 1000} s for the ` +
      `whole test${printed(end)}`,
    hint:
      "the module may be waiting for something that does not answer: check address, port and firewall, " +
      "or give more time",
    ...(checkTable[end.transcript.open?.check ?? "exit"].stage === "reaching" && { unavailable: true }),
  };
}

function died(end: WorkerEnd): Told {
  if (end.transcript.open?.check === "reach")
    return { detail: `the attempt to connect to the HSM ${endedHow(end)}` };
  const hint =
    end.signal === null
      ? "the module ends the process that uses it: read its log"
      : "a crash inside the module, which would take the application with it; a function missing from " +
        "the module looks the same. Report it to the vendor";
  const at = place(end);
  const when = "in" in at ? `in ${at.in}` : `after ${at.after}`;
  return { detail: `the module ${endedHow(end)} ${when}${printed(end)}`, hint };
}

function endedHow({ signal, exitCode }: WorkerEnd): string {
  return `ended the process with ${signal ?? `exit code ${exitCode ?? "unknown"}`}`;
}

/** The call or the check that was going on; none: what was done last. */
function place({ transcript: { open, call, results } }: WorkerEnd): { in: string } | { after: string } {
  if (open !== undefined) return { in: call ?? open.check };
  return { after: results.at(-1)?.id ?? "its start" };
}

/** The last line that the module printed, but only if it had not yet been given the PIN. */
function printed({ transcript, stderr }: WorkerEnd): string {
  const line = transcript.pinGiven ? "" : (stderr.trimEnd().split("\n").at(-1) ?? "").trim();
  // before it is shortened: what marks a password may be in the part that is cut off
  return line === ""
    ? ""
    : `; it printed: ${JSON.stringify(withoutUrlSecrets(line).slice(0, printedAtMost))}`;
}

function mayBeLeft({ removal, objectLabel }: Asked): CheckResult {
  return {
    id: "leftovers",
    status: "warn",
    ms: 0,
    detail: `not looked for: objects labelled ${objectLabel} may be on the token`,
    hint: removalHint(removal, objectLabel),
  };
}
