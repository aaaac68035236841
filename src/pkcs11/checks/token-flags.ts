import {
  CKF_USER_PIN_COUNT_LOW,
  CKF_USER_PIN_FINAL_TRY,
  CKF_USER_PIN_LOCKED,
  CKF_USER_PIN_TO_BE_CHANGED,
  CKF_WRITE_PROTECTED,
} from "../constants.js";
import { tokenOf, type Check, type Outcome } from "./check.js";

const warnings: readonly (readonly [number, string])[] = [
  [CKF_USER_PIN_COUNT_LOW, "a wrong PIN was given since the last login"],
  [CKF_USER_PIN_TO_BE_CHANGED, "the PIN has to be changed"],
  [CKF_WRITE_PROTECTED, "the token is write protected"],
];

/** Read before the login: a login attempt could be the one that locks the user out. */
export const tokenFlags: Check = {
  id: "token-flags",
  refused: "stop",
  perform: (run) => readFlags(tokenOf(run).flags, run.pin !== undefined),
};

/**
 * What the flags say; they stop a run that means to log in when the user is locked out or one try away from
 * it.
 */
export function readFlags(flags: number, login: boolean): Outcome {
  const severe = login ? "fail" : "warn";
  if ((flags & CKF_USER_PIN_LOCKED) !== 0) {
    return {
      status: severe,
      stop: login,
      unavailable: true,
      detail: "the user is locked out; no login was tried",
      hint: "ask the HSM's administrator to unlock the user",
    };
  }
  if ((flags & CKF_USER_PIN_FINAL_TRY) !== 0) {
    const detail = "one more wrong PIN locks the user out; no login was tried";
    return {
      status: severe,
      stop: login,
      unavailable: true,
      detail,
      hint: "log in with the right PIN by other means first, which resets the count",
    };
  }
  const found = warnings.filter(([flag]) => (flags & flag) !== 0).map(([, text]) => text);
  return found.length === 0 ? { status: "pass" } : { status: "warn", detail: found.join("; ") };
}
