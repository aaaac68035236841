import type { KeyObject } from "node:crypto";
import type { Handle, KeyPair } from "pkcs11js";
import { CryptokiError } from "../cryptoki-error.js";
import { isEnough, type Proven, signedLevel, strongest } from "../../proven.js";
import {
  type Check,
  type Outcome,
  recordSigned,
  type Run,
  sessionOf,
  type KeyKind,
  type Scheme,
} from "./check.js";
import { ecKind, rsaKind, schemesOf, signatureOf, testData } from "./keys/key-kinds.js";
import { attributes } from "./own-objects.js";

export const signRsa: Check = {
  id: "sign-rsa",
  refused: "fail",
  skip: (run) => withoutSigning(run, rsaKind),
  perform: (run) => sign(run, rsaKind),
};

export const signEc: Check = {
  id: "sign-ec",
  refused: "fail",
  skip: (run) => withoutSigning(run, ecKind),
  perform: (run) => sign(run, ecKind),
};

function withoutSigning(run: Run, kind: KeyKind): string | undefined {
  if (kind.keysOf(run) === undefined) return `no ${kind.name} key`;
  return schemesOf(run, kind).length > 0 ? undefined : `no ${kind.name} signature is offered`;
}

/** Signs, verifies the signature here with Node's cryptography, then lets the module verify it. */
function sign(run: Run, kind: KeyKind): Outcome {
  const [scheme] = schemesOf(run, kind);
  const keys = kind.keysOf(run);
  if (keys === undefined || scheme === undefined) throw new Error("no key or no scheme");
  const data = testData();
  const signature = signatureOf(run, keys.privateKey, scheme, data);
  const key = publicKeyOf(run, kind, keys.publicKey);
  if (!scheme.verifies(data, key, signature))
    return { status: "fail", detail: `${scheme.name}: the signature is wrong (verified on this machine)` };
  if (scheme.verifies(tampered(data), key, signature))
    return { status: "fail", detail: `${scheme.name}: the signature is also valid for other data` };
  recordSigned(run, { key: run.life, name: `an ${kind.name} key of this run` });
  return moduleVerifies(run, keys, scheme, data, signature);
}

/** The key that a public-key object holds. Throws if it cannot be read. */
export function publicKeyOf(run: Run, kind: KeyKind, handle: Handle): KeyObject {
  const parts = attributes(run, handle, kind.publicParts);
  if (parts === undefined) throw new Error("the public key cannot be read");
  return kind.publicKey(parts);
}

/** The purpose of the test: everything else may have passed, and yet less was proven than is asked for. */
export const signature: Check = {
  id: "signature",
  refused: "fail",
  perform(run) {
    const [enough, names] = [
      isEnough(provenBy(run), run.request.atLeast),
      run.signed.map(({ name }) => name),
    ];
    if (!enough) return tooLittle(run, names);
    if (names.length > 0) return { status: "pass", detail: `with ${names.join(" and ")}` };
    return { status: "info", detail: "nothing was signed, and no signature was asked for" };
  },
};

function provenBy(run: Run): Proven {
  const login = run.pinTaken ? "logged-in" : "reached";
  return strongest([login, ...run.signed.map(({ key }) => signedLevel(key))]);
}

/** What failed before is the reason, and told already; without a PIN less was to be expected. */
function tooLittle(run: Run, names: readonly string[]): Outcome {
  const { atLeast, pinOptional } = run.request;
  const unproven =
    atLeast === "signed-session-key" ? "a key made in the session signs" : "a key that is on the token signs";
  return {
    status: run.failed || (!run.hasPin && pinOptional) ? "warn" : "fail",
    detail:
      names.length > 0
        ? `only with ${names.join(" and ")}: it is not proven that ${unproven}`
        : atLeast === "logged-in"
          ? `${run.loggedIn ? "the login was there before" : "nobody logged in"}: the PIN is not proven`
          : "nothing was signed correctly: it is not proven that the module signs",
    hint: hintOf(run),
  };
}

function hintOf(run: Run): string {
  if (!run.hasPin && !run.loggedIn) return "give the PIN, so that the test can log in";
  if (run.request.atLeast === "logged-in")
    return "end the programs that keep this user logged in to the token, and test again";
  if (run.request.atLeast === "signed-session-key" && run.signed.length > 0)
    return "if the token is meant to have no session objects, ask for less: signed-token-key";
  return (
    "make a signing key for the application before you rely on this token; if the token is meant to have " +
    "none, ask for less with proof.at_least in the profile, or --at-least"
  );
}

function moduleVerifies(run: Run, keys: KeyPair, scheme: Scheme, data: Buffer, signature: Buffer): Outcome {
  const good = verifyReturns(run, keys, scheme, data, signature);
  if (good !== undefined)
    return { status: "warn", detail: `${scheme.name}: correct on this machine, but ${good.message}` };
  const bad = verifyReturns(run, keys, scheme, tampered(data), signature);
  if (bad === undefined)
    return {
      status: "warn",
      detail: `${scheme.name}: correct on this machine, but C_Verify accepts tampered data`,
    };
  return { status: "pass", detail: `${scheme.name}, verified on this machine and by the module` };
}

/** Undefined: the module accepts the signature. Each refusal ends the operation, as PKCS #11 specifies. */
function verifyReturns(
  run: Run,
  keys: KeyPair,
  scheme: Scheme,
  data: Buffer,
  signature: Buffer,
): CryptokiError | undefined {
  try {
    const { mechanism, parameter } = scheme;
    const how = parameter === undefined ? { mechanism } : { mechanism, parameter };
    run.library.C_VerifyInit(sessionOf(run), how, keys.publicKey);
    run.library.C_Verify(sessionOf(run), scheme.prepared(data), signature);
    return undefined;
  } catch (error) {
    if (error instanceof CryptokiError) return error;
    throw error;
  }
}

function tampered(data: Buffer): Buffer {
  const copy = Buffer.from(data);
  copy.writeUInt8(copy.readUInt8(0) ^ 1, 0);
  return copy;
}
