import { createHash, createPublicKey, type KeyObject, randomBytes, verify } from "node:crypto";
import type { KeyPair } from "pkcs11js";
import {
  CKA_EC_POINT,
  CKA_MODULUS,
  CKA_PUBLIC_EXPONENT,
  CKM_ECDSA,
  CKM_ECDSA_SHA256,
  CKM_RSA_PKCS,
  CKM_SHA256_RSA_PKCS,
} from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { type Check, type KeyKind, type Outcome, type Run, type Scheme, sessionOf } from "./check.js";

const sha256 = (data: Buffer): Buffer => createHash("sha256").update(data).digest();

/**
 * DER of DigestInfo for SHA-256 up to the digest (RFC 8017, section 9.2, note 1), for modules that only pad.
 */
const digestInfo = Buffer.from("3031300d060960864801650304020105000420", "hex");

const rsaSchemes: readonly Scheme[] = [
  { mechanism: CKM_SHA256_RSA_PKCS, name: "SHA256_RSA_PKCS", prepared: (data) => data },
  {
    mechanism: CKM_RSA_PKCS,
    name: "RSA_PKCS",
    prepared: (data) => Buffer.concat([digestInfo, sha256(data)]),
  },
];

const ecSchemes: readonly Scheme[] = [
  { mechanism: CKM_ECDSA, name: "ECDSA", prepared: sha256 },
  { mechanism: CKM_ECDSA_SHA256, name: "ECDSA_SHA256", prepared: (data) => data },
];

export const rsaKind: KeyKind = {
  name: "RSA",
  schemes: rsaSchemes,
  keysOf: (run) => run.rsa,
  readKey: readRsaKey,
  verifies: (data, key, signature) => verify("sha256", data, key, signature),
};

export const ecKind: KeyKind = {
  name: "EC",
  schemes: ecSchemes,
  keysOf: (run) => run.ec,
  readKey: readEcKey,
  verifies: (data, key, signature) => verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature),
};

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

function withoutSigning(run: Run, { name, schemes, keysOf }: KeyKind): string | undefined {
  if (keysOf(run) === undefined) return `no ${name} key`;
  return schemes.some(({ mechanism }) => run.mechanisms.has(mechanism))
    ? undefined
    : `no ${name} signature is offered`;
}

/**
 * Signs random data, verifies the signature here with Node's cryptography, then lets the module verify it.
 */
function sign(run: Run, { name, schemes, keysOf, readKey, verifies }: KeyKind): Outcome {
  const scheme = schemes.find(({ mechanism }) => run.mechanisms.has(mechanism));
  const keys = keysOf(run);
  if (keys === undefined || scheme === undefined) throw new Error("no key or no scheme");
  const data = randomBytes(256);
  const signature = signatureOf(run, keys, scheme, data);
  const key = readKey(run, keys);
  if (!verifies(data, key, signature))
    return { status: "fail", detail: `${scheme.name}: the signature is wrong (verified on this host)` };
  if (verifies(tampered(data), key, signature))
    return { status: "fail", detail: `${scheme.name}: the signature is also valid for other data` };
  run.signed.push(name);
  return moduleVerifies(run, keys, scheme, data, signature);
}

/** The purpose of the test: reported if no signature was made, since everything else may have passed. */
export const signature: Check = {
  id: "signature",
  refused: "fail",
  perform(run) {
    if (run.signed.length > 0)
      return { status: "pass", detail: `with ${run.signed.join(" and ")} keys of this run` };
    const hint = run.loggedIn
      ? "sign with a key of your own before you rely on the module"
      : "give the PIN, so that the test can log in";
    return {
      status: "warn",
      detail: "nothing was signed correctly: it is not proven that the module signs",
      hint,
    };
  },
};

export function signatureOf(run: Run, keys: KeyPair, scheme: Scheme, data: Buffer): Buffer {
  run.library.C_SignInit(sessionOf(run), { mechanism: scheme.mechanism }, keys.privateKey);
  return Buffer.from(run.library.C_Sign(sessionOf(run), scheme.prepared(data), Buffer.alloc(1024)));
}

function moduleVerifies(run: Run, keys: KeyPair, scheme: Scheme, data: Buffer, signature: Buffer): Outcome {
  const good = verifyReturns(run, keys, scheme, data, signature);
  if (good !== undefined)
    return { status: "warn", detail: `${scheme.name}: correct on this host, but ${good.message}` };
  const bad = verifyReturns(run, keys, scheme, tampered(data), signature);
  if (bad === undefined)
    return {
      status: "warn",
      detail: `${scheme.name}: correct on this host, but C_Verify accepts tampered data`,
    };
  return { status: "pass", detail: `${scheme.name}, verified on this host and by the module` };
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
    run.library.C_VerifyInit(sessionOf(run), { mechanism: scheme.mechanism }, keys.publicKey);
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

function readRsaKey(run: Run, keys: KeyPair): KeyObject {
  const [modulus, exponent] = readAttributes(run, keys, [CKA_MODULUS, CKA_PUBLIC_EXPONENT]);
  return rsaPublicKey(modulus ?? Buffer.alloc(0), exponent ?? Buffer.alloc(0));
}

function readEcKey(run: Run, keys: KeyPair): KeyObject {
  const [point] = readAttributes(run, keys, [CKA_EC_POINT]);
  return p256PublicKey(point ?? Buffer.alloc(0));
}

function readAttributes(run: Run, keys: KeyPair, types: readonly number[]): readonly Buffer[] {
  return run.library
    .C_GetAttributeValue(
      sessionOf(run),
      keys.publicKey,
      types.map((type) => ({ type })),
    )
    .map(({ value }) => value);
}

/**
 * An RSA key from CKA_MODULUS and CKA_PUBLIC_EXPONENT: unsigned big-endian numbers. Throws if they are not.
 */
export function rsaPublicKey(modulus: Buffer, exponent: Buffer): KeyObject {
  return createPublicKey({
    format: "jwk",
    key: { kty: "RSA", n: modulus.toString("base64url"), e: exponent.toString("base64url") },
  });
}

/**
 * A P-256 key from CKA_EC_POINT: the uncompressed point (04 X Y, 65 bytes) in a DER OCTET STRING, as PKCS #11
 * requires, or bare, as some modules return it. Throws for anything else, and for a point that is not on the
 * curve.
 */
export function p256PublicKey(ecPoint: Buffer): KeyObject {
  const point =
    ecPoint.length === 67 && ecPoint[0] === 0x04 && ecPoint[1] === 65 ? ecPoint.subarray(2) : ecPoint;
  if (point.length !== 65 || point[0] !== 0x04)
    throw new Error(`CKA_EC_POINT holds no uncompressed P-256 point (${ecPoint.length} bytes)`);
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString("base64url"));
  return createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: x ?? "", y: y ?? "" } });
}
