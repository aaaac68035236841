import type { KeyObject } from "node:crypto";
import type { Handle } from "pkcs11js";
import { CKA_ALLOWED_MECHANISMS, CKA_ALWAYS_AUTHENTICATE } from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { isUnreachable } from "../../return-values.js";
import {
  type Check,
  type KeyKind,
  type Outcome,
  recordSigned,
  type Run,
  type Signer,
  type SigningKey,
  withoutLogin,
  type Scheme,
} from "./check.js";
import { schemesOf, signatureOf, testData } from "./keys/key-kinds.js";
import { attributes, numberIn, truthOf } from "./own-objects.js";
import { keyText } from "./keys/public-keys.js";
import { type PublicHalves, publicHalves } from "./keys/public-half.js";

/** A key is in use: not all of them are tried until one signs. */
const mostTried = 5;

/**
 * Signs with a key that is on the token: with each that is demanded, otherwise with the first that can be
 * verified. What is signed says that it is a test.
 */
export const signExisting: Check = {
  id: "sign-existing",
  refused: "fail",
  skip: (run) => (run.request.keys.length > 0 && !run.request.keysElsewhere ? undefined : whyNone(run)),
  perform(run) {
    const { keys, keysElsewhere } = run.request;
    const none = whyNone(run);
    if (none !== undefined) return notSignedWith(run, none);
    const demanded = keys.filter(
      (label) => !keysElsewhere || run.signingKeys.some((key) => key.label === label),
    );
    if (demanded.length > 0) return everyOne(run, demanded);
    if (run.signingKeys.length === 0) return { status: "info", detail: "no signing key is on the token" };
    const told: string[] = [];
    for (const key of run.signingKeys.slice(0, mostTried)) {
      const attempt = signWith(run, key);
      told.push(attempt.text);
      if (attempt.result === "signed") return { status: "pass", detail: attempt.text };
      if (attempt.result === "wrong") return { status: "fail", detail: attempt.text };
    }
    return { status: "warn", detail: `no key on the token is proven to sign: ${told.join("; ")}` };
  },
};

const onlyListed = "keys that are on the token are only listed, as was asked for";

/** Why no key that is on the token is signed with. */
function whyNone(run: Run): string | undefined {
  return whyUnseen(run) ?? (run.request.existingKeys === "list" ? onlyListed : undefined);
}

function whyUnseen(run: Run): string | undefined {
  return withoutLogin(run) ?? (run.searchable ? undefined : "objects cannot be searched for");
}

/** Of keys that were demanded. */
function notSignedWith(run: Run, why: string): Outcome {
  if (whyUnseen(run) === undefined) return { status: "skip", detail: why };
  const labels = run.request.keys.map((label) => JSON.stringify(label)).join(", ");
  return {
    status: "warn",
    detail: `the demanded keys were not looked for (${labels}): ${why}`,
    ...(!run.loggedIn && { hint: "give the PIN: private keys are not seen without a login" }),
  };
}

function everyOne(run: Run, demanded: readonly string[]): Outcome {
  const attempts = demanded.flatMap((label) => {
    const tried = run.signingKeys.filter((key) => key.label === label).map((key) => signWith(run, key));
    const ranked = [...tried].sort((a, b) => weights[a.result] - weights[b.result]);
    return ranked.slice(0, 1);
  });
  if (attempts.length === 0) return { status: "skip", detail: "the keys that are asked for are not there" };
  const others = attempts.filter(({ result }) => result !== "signed");
  const status =
    others.length === 0 ? "pass" : others.every(({ result }) => result === "left-out") ? "warn" : "fail";
  return { status, detail: attempts.map(({ text }) => text).join("; ") };
}

/**
 * Which of several keys with one label is told of, first to last: one of them is enough, but a wrong
 * signature is never right.
 */
const weights: Readonly<Record<Attempt["result"], number>> = {
  wrong: 0,
  signed: 1,
  refused: 2,
  "no-match": 3,
  "left-out": 4,
};

interface Attempt {
  /**
   * `left-out`: not signed with. `wrong`: the signature does not verify with the key's own public part.
   * `no-match`: with none that has its ID, which may be another key's.
   */
  readonly result: "signed" | "wrong" | "no-match" | "refused" | "left-out";
  readonly text: string;
}

function signWith(run: Run, key: SigningKey): Attempt {
  const leftOut = (why: string): Attempt => ({ result: "left-out", text: `${named(key)} ${why}` });
  if (key.kind === undefined) return leftOut("is of a kind that this test cannot verify");
  if (demandsLogin(run, key))
    return leftOut("needs a separate login for each signature, which was not tried");
  const halves = publicHalves(run, key);
  if (halves.keys.length === 0)
    return leftOut("has no public key and no certificate on the token that this test can verify with");
  const offered = schemesFor(run, key.kind, halves.keys);
  if (offered.length === 0) return leftOut(`cannot be tried: no ${key.kind.name} signature is offered`);
  const schemes = allowedOf(run, key, offered);
  if (schemes.length === 0) return leftOut("allows no signature that this test can verify");
  const data = testData();
  const made = firstSignature(run, key, schemes, data);
  if (made instanceof CryptokiError) return { result: "refused", text: `${named(key)}: ${made.message}` };
  const right = halves.keys.find((publicKey) => made.scheme.verifies(data, publicKey, made.signature));
  if (right === undefined) return notRight(halves, `${named(key)}, ${made.scheme.name}`);
  const name = `${named(key)} (${keyText(right)})`;
  recordSigned(run, { key: "existing", name: `the key ${name}` });
  return { result: "signed", text: `${name}, ${made.scheme.name}, verified on this machine` };
}

function notRight({ own }: PublicHalves, what: string): Attempt {
  return own
    ? { result: "wrong", text: `${what}: the signature is wrong (verified on this machine)` }
    : {
        result: "no-match",
        text: `${what}: the signature does not verify with the public key of the same ID`,
      };
}

/** The ways to sign that the token offers, as far as they go with one of these keys. */
function schemesFor(run: Run, kind: KeyKind, keys: readonly KeyObject[]): readonly Scheme[] {
  return schemesOf(run, kind).filter(({ fits }) => fits === undefined || keys.some(fits));
}

/** A second login would count towards a lock-out if it failed. */
function demandsLogin(run: Run, { handle }: SigningKey): boolean {
  const [always] = attributes(run, handle, [CKA_ALWAYS_AUTHENTICATE]) ?? [];
  return truthOf(always) === true;
}

const bytesOfUlong = 8;

/** Of the schemes those that the policy of the key allows: all, if it has none or does not give it. */
function allowedOf(run: Run, { handle }: SigningKey, schemes: readonly Scheme[]): readonly Scheme[] {
  const [list = Buffer.alloc(0)] = policyOf(run, handle) ?? [];
  const allowed = new Set<number | undefined>();
  for (let at = 0; at + bytesOfUlong <= list.length; at += bytesOfUlong)
    allowed.add(numberIn(list.subarray(at)));
  return allowed.size === 0 ? schemes : schemes.filter(({ mechanism }) => allowed.has(mechanism));
}

/**
 * Few modules know policies, and refuse the question in ways of their own: p11-kit's server with
 * CKR_DEVICE_ERROR, although the key signs.
 */
function policyOf(run: Run, handle: Handle): readonly Buffer[] | undefined {
  try {
    return attributes(run, handle, [CKA_ALLOWED_MECHANISMS]);
  } catch (error) {
    if (error instanceof CryptokiError) return undefined;
    throw error;
  }
}

interface Made {
  readonly scheme: Scheme;
  readonly signature: Buffer;
}

/** By the first scheme that the key takes: a key's policy may allow only some. Else the first refusal. */
function firstSignature(
  run: Run,
  { handle }: SigningKey,
  schemes: readonly Scheme[],
  data: Buffer,
): Made | CryptokiError {
  let refusal: CryptokiError | undefined;
  for (const scheme of schemes) {
    try {
      return { scheme, signature: signatureOf(run, handle, scheme, data) };
    } catch (error) {
      if (!(error instanceof CryptokiError) || isUnreachable(error.value)) throw error;
      refusal ??= error;
    }
  }
  if (refusal === undefined) throw new Error("no scheme");
  return refusal;
}

/** A key on the token that the run could sign with; it was not tried. */
export function existingSigner(run: Run): Signer | undefined {
  if (run.request.existingKeys === "list") return undefined;
  for (const key of run.signingKeys.slice(0, mostTried)) {
    if (key.kind === undefined || demandsLogin(run, key)) continue;
    const [publicKey] = publicHalves(run, key).keys;
    if (publicKey === undefined) continue;
    const [scheme] = allowedOf(run, key, schemesFor(run, key.kind, [publicKey]));
    if (scheme !== undefined) return { kind: key.kind, privateKey: key.handle, scheme, publicKey };
  }
  return undefined;
}

function named({ label, id }: SigningKey): string {
  return label === "" ? `the key with the ID ${id.toString("hex")}` : JSON.stringify(label);
}
