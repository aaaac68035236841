import { randomBytes } from "node:crypto";
import type { Handle } from "pkcs11js";
import {
  CKA_EC_PARAMS,
  CKA_EC_POINT,
  CKA_MODULUS,
  CKA_PUBLIC_EXPONENT,
  CKK_EC,
  CKK_EC_EDWARDS,
  CKK_RSA,
} from "../../constants.js";
import { type KeyKind, type Run, type Scheme, sessionOf } from "../check.js";
import { canSign } from "./mechanism-info.js";
import { ecPublicKey, edwardsPublicKey, rsaPublicKey } from "./public-keys.js";
import { ecSchemes, edwardsSchemes, rsaSchemes } from "./schemes.js";

const none = Buffer.alloc(0);

export const rsaKind: KeyKind = {
  name: "RSA",
  type: CKK_RSA,
  schemes: rsaSchemes,
  keysOf: (run) => run.rsa,
  nodeTypes: ["rsa"],
  publicParts: [CKA_MODULUS, CKA_PUBLIC_EXPONENT],
  publicKey: ([modulus = none, exponent = none]) => rsaPublicKey(modulus, exponent),
};

export const ecKind: KeyKind = {
  name: "EC",
  type: CKK_EC,
  schemes: ecSchemes,
  keysOf: (run) => run.ec,
  nodeTypes: ["ec"],
  publicParts: [CKA_EC_PARAMS, CKA_EC_POINT],
  publicKey: ([parameters = none, point = none]) => ecPublicKey(parameters, point),
};

/** Such keys are signed with, and never made. */
const edwardsKind: KeyKind = {
  name: "EdDSA",
  type: CKK_EC_EDWARDS,
  schemes: edwardsSchemes,
  keysOf: () => undefined,
  nodeTypes: ["ed25519", "ed448"],
  publicParts: [CKA_EC_PARAMS, CKA_EC_POINT],
  publicKey: ([parameters = none, point = none]) => edwardsPublicKey(parameters, point),
};

export const keyKinds: readonly KeyKind[] = [rsaKind, ecKind, edwardsKind];

/** The ways to sign with a kind of key that the token offers. */
export function schemesOf(run: Run, { schemes }: KeyKind): readonly Scheme[] {
  return schemes.filter(({ mechanism }) => canSign(run, mechanism));
}

/**
 * What is signed, with a key of an application's too: text that says what it is, and that is not a
 * certificate, request, time stamp or message of any protocol. It is made here, never taken from outside.
 */
export function testData(): Buffer {
  return Buffer.concat([
    Buffer.from("knetctl smoke test: this signature shows that the key can sign, and says nothing else.\n"),
    randomBytes(32),
  ]);
}

export function signatureOf(
  run: Run,
  privateKey: Handle,
  { mechanism, parameter, prepared }: Scheme,
  data: Buffer,
): Buffer {
  const how = parameter === undefined ? { mechanism } : { mechanism, parameter };
  run.library.C_SignInit(sessionOf(run), how, privateKey);
  return Buffer.from(run.library.C_Sign(sessionOf(run), prepared(data), Buffer.alloc(2048)));
}
