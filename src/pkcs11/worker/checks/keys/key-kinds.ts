import { createHash, randomBytes, verify } from "node:crypto";
import type { Handle } from "pkcs11js";
import {
  CKA_EC_PARAMS,
  CKA_EC_POINT,
  CKA_MODULUS,
  CKA_PUBLIC_EXPONENT,
  CKK_EC,
  CKK_RSA,
  CKM_ECDSA,
  CKM_ECDSA_SHA256,
  CKM_RSA_PKCS,
  CKM_SHA256_RSA_PKCS,
} from "../../constants.js";
import { type KeyKind, type Run, type Scheme, sessionOf } from "../check.js";
import { canSign } from "./mechanism-info.js";
import { ecPublicKey, rsaPublicKey } from "./public-keys.js";

const sha256 = (data: Buffer): Buffer => createHash("sha256").update(data).digest();

/**
 * DER of DigestInfo for SHA-256 up to the digest (RFC 8017, section 9.2, note 1), for modules that only pad.
 */
const digestInfo = Buffer.from("3031300d060960864801650304020105000420", "hex");
const none = Buffer.alloc(0);

export const rsaKind: KeyKind = {
  name: "RSA",
  type: CKK_RSA,
  schemes: [
    { mechanism: CKM_SHA256_RSA_PKCS, name: "SHA256_RSA_PKCS", prepared: (data) => data },
    {
      mechanism: CKM_RSA_PKCS,
      name: "RSA_PKCS",
      prepared: (data) => Buffer.concat([digestInfo, sha256(data)]),
    },
  ],
  keysOf: (run) => run.rsa,
  publicParts: [CKA_MODULUS, CKA_PUBLIC_EXPONENT],
  publicKey: ([modulus = none, exponent = none]) => rsaPublicKey(modulus, exponent),
  verifies: (data, key, signature) => verify("sha256", data, key, signature),
};

export const ecKind: KeyKind = {
  name: "EC",
  type: CKK_EC,
  schemes: [
    { mechanism: CKM_ECDSA, name: "ECDSA", prepared: sha256 },
    { mechanism: CKM_ECDSA_SHA256, name: "ECDSA_SHA256", prepared: (data) => data },
  ],
  keysOf: (run) => run.ec,
  publicParts: [CKA_EC_PARAMS, CKA_EC_POINT],
  publicKey: ([parameters = none, point = none]) => ecPublicKey(parameters, point),
  verifies: (data, key, signature) => verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature),
};

export const keyKinds: readonly KeyKind[] = [rsaKind, ecKind];

/** The ways to sign with a kind of key that the token offers. */
export function schemesOf(run: Run, { schemes }: KeyKind): readonly Scheme[] {
  return schemes.filter(({ mechanism }) => canSign(run, mechanism));
}

/**
 * What is signed, with a key of an application's too: text that says what it is, and that is no certificate,
 * request, time stamp or message of any protocol. It is made here, never taken from outside.
 */
export function testData(): Buffer {
  return Buffer.concat([
    Buffer.from("knetctl smoke test: this signature shows that the key can sign, and says nothing else.\n"),
    randomBytes(32),
  ]);
}

export function signatureOf(run: Run, privateKey: Handle, scheme: Scheme, data: Buffer): Buffer {
  run.library.C_SignInit(sessionOf(run), { mechanism: scheme.mechanism }, privateKey);
  return Buffer.from(run.library.C_Sign(sessionOf(run), scheme.prepared(data), Buffer.alloc(2048)));
}
