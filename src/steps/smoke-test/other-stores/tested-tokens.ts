import { createHash, timingSafeEqual } from "node:crypto";
import { type TokenChoice, wantedOf } from "../../../pkcs11/protocol.js";
import type { StoreReport, TokenReport } from "../../../pkcs11/report.js";
import type { Secret } from "../../../problem/secret.js";

/** A token that this command has tested, for a user of the profile or for a key store. */
export interface TestedToken {
  readonly module: string;
  readonly choice: TokenChoice;
  /** With which it was tested. */
  readonly pin: Secret | undefined;
  readonly report: TokenReport;
  /** `token "ca"`, or `as key store "A"`: why another key store of this token is not tested. */
  readonly shown: string;
  /** `"ca"`, or `key store "A"`. */
  readonly owner: string;
  readonly status: StoreReport["status"];
}

/** What became of the one login: none was made if the PIN was not sent, or if there was none. */
export type Login = "accepted" | "refused" | "none";

/** Anything but a success may have counted as a wrong PIN. */
export function loginOf({ report: { checks } }: TestedToken): Login {
  const login = checks.find(({ id }) => id === "login");
  if (login === undefined || login.status === "skip") return "none";
  return login.status === "fail" ? "refused" : "accepted";
}

/**
 * What was tested of a token that is chosen like this; a test that logged in comes first. Undefined: nothing,
 * or it may be one that was chosen in another way (`mayBeTested`).
 */
export function testedAs(
  tested: readonly TestedToken[],
  module: string,
  choice: TokenChoice,
): TestedToken | undefined {
  const wanted = JSON.stringify(wantedOf(choice));
  return withLoginFirst(
    tested.filter(
      (one) => isSameModule(one.module, module) && JSON.stringify(wantedOf(one.choice)) === wanted,
    ),
  );
}

/** Whether one of the logins of this command may have been at a token of this module. */
export function mayBeTested(tested: readonly TestedToken[], module: string): boolean {
  return tested.some((one) => isSameModule(one.module, module) && loginOf(one) !== "none");
}

/** What was tested of the token that was seen: its label and serial number are those of one that was. */
export function testedOf(
  tested: readonly TestedToken[],
  module: string,
  { label, serial }: TokenReport,
): TestedToken | undefined {
  return withLoginFirst(
    tested.filter(
      ({ module: its, report }) =>
        isSameModule(its, module) &&
        report.label === label &&
        (report.serial === undefined || serial === undefined || report.serial === serial),
    ),
  );
}

/** Without a hint in the time it takes at where they differ. A PIN that is not given is the other. */
export function areSamePins(one: Secret | undefined, other: Secret | undefined): boolean {
  if (one === undefined || other === undefined) return true;
  const [a, b] = [one, other].map((pin) => createHash("sha256").update(pin.reveal()).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

/** By the file's name, as refused PINs are remembered: a module may have several paths. */
function isSameModule(one: string, other: string): boolean {
  return nameOf(one) === nameOf(other);
}

function nameOf(module: string): string {
  return module.slice(module.lastIndexOf("/") + 1);
}

function withLoginFirst(tested: readonly TestedToken[]): TestedToken | undefined {
  return tested.find((one) => loginOf(one) !== "none") ?? tested[0];
}
