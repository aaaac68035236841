import { type ExitCode, exitCodes } from "../problem/exit-codes.js";
import { type CheckId, checkTable } from "./check-table.js";
import type { KeyOnToken } from "./key-on-token.js";
import type { Proven } from "./proven.js";

/** Outcome of the smoke test: `{"tokens":[{"label","proven","checks":[{"id","status","ms",…}]}]}`. */
export interface SmokeReport {
  readonly tokens: readonly TokenReport[];
  /** Why a proof was left out, or had nothing to prove. Absent if there is nothing to say. */
  readonly skipped?: readonly SkippedProof[];
  /** Every key store of the profile, where they were looked at. */
  readonly stores?: readonly StoreReport[];
  /** Every consumer of the profile, where they were proven. */
  readonly consumers?: readonly ConsumerReport[];
}

/**
 * Why there was no proof: it was not wanted, nobody logs in, or what is proven is an image; `no-prove`: that
 * of new members, each alone, was not wanted.
 */
export const skipReasons = ["no-smoke-test", "no-users", "root", "no-prove"] as const;

/** Whether it is the smoke test that was left out, so that nothing was signed. */
export function leavesUnsigned({ reason }: SkippedProof): boolean {
  return reason !== "no-prove";
}

export interface SkippedProof {
  /** For machines; never changes. */
  readonly reason: (typeof skipReasons)[number];
  readonly text: string;
}

/** What was found about one of the application's key stores. */
export interface StoreReport {
  readonly name: string;
  /** The application's name for the type: "Pkcs11", "AzureKeyVault". */
  readonly type: string;
  readonly status: "pass" | "warn" | "fail" | "skip";
  /** What was proven, or why it was not. */
  readonly detail: string;
}

/** What was found about a consumer: another program that uses the module. */
export interface ConsumerReport {
  readonly name: string;
  /** What the profile calls it: "openssl-engine". */
  readonly type: string;
  /** `skip`: its client is not here, or there is none that could show it. */
  readonly status: "pass" | "warn" | "fail" | "skip";
  /** What was proven, or why it was not. */
  readonly detail: string;
}

export interface TokenReport {
  readonly label: string;
  readonly serial?: string;
  readonly manufacturer?: string;
  readonly proven: Proven;
  /** Why nothing was signed although nothing failed: `not logged in`. */
  readonly unsigned?: string;
  /** The signing keys that were on the token, as far as they were looked at. Absent: they were not. */
  readonly keys?: readonly KeyOnToken[];
  /** These keys were not to be signed with. */
  readonly existing_keys?: "listed";
  readonly checks: readonly CheckResult[];
}

export const checkStatuses = ["pass", "info", "warn", "fail", "skip"] as const;

export type CheckStatus = (typeof checkStatuses)[number];

export interface CheckResult {
  readonly id: CheckId;
  readonly status: CheckStatus;
  /** Wall time of the check in milliseconds, one decimal. */
  readonly ms: number;
  /** What was seen, in brief. */
  readonly detail?: string;
  /** The Cryptoki return value's name, for a failed call: "CKR_PIN_INCORRECT". */
  readonly ckr?: string;
  readonly hint?: string;
  /**
   * A failure that means that the token or its login is not available now, and says nothing about the module:
   * exit code 69.
   */
  readonly unavailable?: boolean;
}

export interface SmokeOutcome {
  readonly result: "pass" | "warn" | "fail";
  readonly exitCode: ExitCode;
}

/**
 * A report's outcome: warnings pass. A failure is exit code 69 if every failed token failed because it, or
 * its login, is not available now; any other failure is 1. A report without any checks proves nothing, and
 * fails.
 */
export function smokeOutcome({ tokens }: SmokeReport): SmokeOutcome {
  const failed = tokens.filter((token) => token.checks.length === 0 || firstFailure(token) !== undefined);
  if (tokens.length === 0 || failed.length > 0) {
    const unavailable =
      failed.length > 0 && failed.every((token) => firstFailure(token)?.unavailable === true);
    return { result: "fail", exitCode: unavailable ? exitCodes.unavailable : exitCodes.failed };
  }
  const warned = tokens.some(({ checks }) => checks.some(({ status }) => status === "warn"));
  return { result: warned ? "warn" : "pass", exitCode: exitCodes.done };
}

export function firstFailure({ checks }: TokenReport): CheckResult | undefined {
  return checks.find(({ status }) => status === "fail");
}

/** `login: C_Login returned CKR_PIN_INCORRECT`: which check did not go well, and how. */
export function failureText({ id, detail, ckr }: CheckResult): string {
  return `${id}: ${detail ?? ckr ?? "failed"}`;
}

/**
 * Whether a failed check forbids another login of this user, on any member: a login that was refused, one
 * that did not return and may have been counted as failed, or a token that says that the next wrong PIN locks
 * it. Members share the count.
 */
export function spendsLogin({ id, ckr, unavailable }: CheckResult): boolean {
  const { spendsLogin: when } = checkTable[id];
  return when === "always" || (when === "unless-unreachable" && !(unavailable === true && ckr !== undefined));
}

/**
 * Whether a failed check means that a login was refused or is forbidden, rather than that there was no
 * answer.
 */
export function isLoginRefused({ id, unavailable }: CheckResult): boolean {
  const { spendsLogin: when } = checkTable[id];
  return when === "always" || (when === "unless-unreachable" && unavailable !== true);
}
