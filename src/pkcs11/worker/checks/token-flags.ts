import { createHash } from "node:crypto";
import {
  CKF_PROTECTED_AUTHENTICATION_PATH,
  CKF_USER_PIN_COUNT_LOW,
  CKF_USER_PIN_FINAL_TRY,
  CKF_USER_PIN_LOCKED,
  CKF_USER_PIN_TO_BE_CHANGED,
  CKF_WRITE_PROTECTED,
  CKM_AES_CBC_PAD,
  CKM_EC_KEY_PAIR_GEN,
  CKM_ECDSA,
  CKM_RSA_PKCS,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
  CKM_SHA256,
  CKM_SHA256_RSA_PKCS,
} from "../constants.js";
import { type Check, type Outcome, sessionOf, tokenOf } from "./check.js";
import { readMechanismInfo } from "./keys/mechanism-info.js";

const warnings: readonly (readonly [number, string])[] = [
  [CKF_USER_PIN_COUNT_LOW, "a wrong PIN was given since the last login"],
  [CKF_USER_PIN_TO_BE_CHANGED, "the PIN must be changed"],
  [CKF_WRITE_PROTECTED, "the token is write protected"],
];

/** Read before the login: a login attempt could be the one that locks the user out. */
export const tokenFlags: Check = {
  id: "token-flags",
  refused: "stop",
  perform: (run) => readFlags(tokenOf(run).flags, run.hasPin),
};

/**
 * What the flags say; they stop a run that is going to log in if the user is locked out or one attempt away
 * from it.
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
      hint: "first log in with the correct PIN by other means, which resets the count",
    };
  }
  const found = warnings.filter(([flag]) => (flags & flag) !== 0).map(([, text]) => text);
  if (login && (flags & CKF_PROTECTED_AUTHENTICATION_PATH) !== 0)
    found.push("the token takes its PIN at a device of its own, and need not take one from a program");
  return found.length === 0 ? { status: "pass" } : { status: "warn", detail: found.join("; ") };
}

const notable: readonly (readonly [number, string])[] = [
  [CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA keys"],
  [CKM_RSA_PKCS, "RSA_PKCS"],
  [CKM_SHA256_RSA_PKCS, "SHA256_RSA_PKCS"],
  [CKM_EC_KEY_PAIR_GEN, "EC keys"],
  [CKM_ECDSA, "ECDSA"],
  [CKM_AES_CBC_PAD, "AES_CBC_PAD"],
  [CKM_SHA256, "SHA256"],
];

export const mechanisms: Check = {
  id: "mechanisms",
  refused: "fail",
  mandatory: true,
  perform(run) {
    const list = new Set(run.library.C_GetMechanismList(tokenOf(run).slot));
    run.mechanismInfo = readMechanismInfo(run, list);
    run.mechanisms = list;
    const offered = notable.filter(([mechanism]) => run.mechanisms.has(mechanism)).map(([, name]) => name);
    return { status: "info", detail: [`${run.mechanisms.size} offered`, ...offered].join(", ") };
  },
};

export const random: Check = {
  id: "random",
  refused: "warn",
  perform(run) {
    const [first, second] = [1, 2].map(() =>
      Buffer.from(run.library.C_GenerateRandom(sessionOf(run), Buffer.alloc(32))),
    );
    if (first === undefined || second === undefined) throw new Error("no random bytes");
    return first.equals(second)
      ? { status: "warn", detail: "the same 32 bytes twice" }
      : { status: "pass", detail: "32 bytes, twice" };
  },
};

export const digest: Check = {
  id: "digest",
  refused: "warn",
  skip: (run) => (run.mechanisms.has(CKM_SHA256) ? undefined : "SHA-256 is not offered"),
  perform(run) {
    const data = Buffer.from("abc");
    run.library.C_DigestInit(sessionOf(run), { mechanism: CKM_SHA256 });
    const result = run.library.C_Digest(sessionOf(run), data, Buffer.alloc(64));
    const expected = createHash("sha256").update(data).digest();
    return result.equals(expected)
      ? { status: "pass", detail: "SHA-256" }
      : { status: "warn", detail: 'the SHA-256 of "abc" is wrong' };
  },
};
