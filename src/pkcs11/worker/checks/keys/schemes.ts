import { constants, createHash, type KeyObject, verify } from "node:crypto";
import type { RsaPSS } from "pkcs11js";
import {
  CK_PARAMS_RSA_PSS,
  CKG_MGF1_SHA256,
  CKG_MGF1_SHA384,
  CKG_MGF1_SHA512,
  CKM_ECDSA,
  CKM_ECDSA_SHA256,
  CKM_ECDSA_SHA384,
  CKM_ECDSA_SHA512,
  CKM_EDDSA,
  CKM_RSA_PKCS,
  CKM_RSA_PKCS_PSS,
  CKM_SHA256,
  CKM_SHA256_RSA_PKCS,
  CKM_SHA256_RSA_PKCS_PSS,
  CKM_SHA384,
  CKM_SHA384_RSA_PKCS,
  CKM_SHA384_RSA_PKCS_PSS,
  CKM_SHA512,
  CKM_SHA512_RSA_PKCS,
  CKM_SHA512_RSA_PKCS_PSS,
} from "../../constants.js";
import type { Scheme } from "../check.js";

type Hash = "sha256" | "sha384" | "sha512";

const asIs = (data: Buffer): Buffer => data;

function hashed(hash: Hash): (data: Buffer) => Buffer {
  return (data) => createHash(hash).update(data).digest();
}

/**
 * DER of DigestInfo for SHA-256 up to the digest (RFC 8017, section 9.2, note 1), for modules that only pad.
 */
const digestInfo = Buffer.from("3031300d060960864801650304020105000420", "hex");

function pkcs1(mechanism: number, hash: Hash): Scheme {
  return {
    mechanism,
    name: `${hash.toUpperCase()}_RSA_PKCS`,
    prepared: asIs,
    verifies: (data, key, signature) => verify(hash, data, key, signature),
  };
}

/** CK_RSA_PKCS_PSS_PARAMS: one hash throughout, and a salt as long as it (RFC 8017, section 9.1, note 4). */
const pssParameters: Readonly<Record<Hash, RsaPSS>> = {
  sha256: { type: CK_PARAMS_RSA_PSS, hashAlg: CKM_SHA256, mgf: CKG_MGF1_SHA256, saltLen: 32 },
  sha384: { type: CK_PARAMS_RSA_PSS, hashAlg: CKM_SHA384, mgf: CKG_MGF1_SHA384, saltLen: 48 },
  sha512: { type: CK_PARAMS_RSA_PSS, hashAlg: CKM_SHA512, mgf: CKG_MGF1_SHA512, saltLen: 64 },
};

/** Any length of the salt is right: a TPM chooses it itself. */
function verifiesPss(hash: Hash): Scheme["verifies"] {
  const [padding, saltLength] = [constants.RSA_PKCS1_PSS_PADDING, constants.RSA_PSS_SALTLEN_AUTO];
  return (data, key, signature) => verify(hash, data, { key, padding, saltLength }, signature);
}

function pss(mechanism: number, hash: Hash): Scheme {
  return {
    mechanism,
    parameter: pssParameters[hash],
    name: `${hash.toUpperCase()}_RSA_PKCS_PSS`,
    prepared: asIs,
    verifies: verifiesPss(hash),
  };
}

/** The usual ones first; then those that the policy of a key may demand. */
export const rsaSchemes: readonly Scheme[] = [
  pkcs1(CKM_SHA256_RSA_PKCS, "sha256"),
  {
    mechanism: CKM_RSA_PKCS,
    name: "RSA_PKCS",
    prepared: (data) => Buffer.concat([digestInfo, hashed("sha256")(data)]),
    verifies: (data, key, signature) => verify("sha256", data, key, signature),
  },
  pkcs1(CKM_SHA384_RSA_PKCS, "sha384"),
  pkcs1(CKM_SHA512_RSA_PKCS, "sha512"),
  pss(CKM_SHA256_RSA_PKCS_PSS, "sha256"),
  {
    mechanism: CKM_RSA_PKCS_PSS,
    parameter: pssParameters.sha256,
    name: "RSA_PKCS_PSS",
    prepared: hashed("sha256"),
    verifies: verifiesPss("sha256"),
  },
  pss(CKM_SHA384_RSA_PKCS_PSS, "sha384"),
  pss(CKM_SHA512_RSA_PKCS_PSS, "sha512"),
];

function ecdsa(mechanism: number, name: string, hash: Hash, prepared: Scheme["prepared"]): Scheme {
  return {
    mechanism,
    name,
    prepared,
    verifies: (data: Buffer, key: KeyObject, signature: Buffer) =>
      verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, signature),
  };
}

export const ecSchemes: readonly Scheme[] = [
  ecdsa(CKM_ECDSA, "ECDSA", "sha256", hashed("sha256")),
  ecdsa(CKM_ECDSA_SHA256, "ECDSA_SHA256", "sha256", asIs),
  ecdsa(CKM_ECDSA_SHA384, "ECDSA_SHA384", "sha384", asIs),
  ecdsa(CKM_ECDSA_SHA512, "ECDSA_SHA512", "sha512", asIs),
];

const eddsa: Scheme = {
  mechanism: CKM_EDDSA,
  name: "EDDSA",
  prepared: asIs,
  verifies: (data, key, signature) => verify(null, data, key, signature),
};

/** CK_EDDSA_PARAMS, without prehash and context: a CK_BBOOL, a CK_ULONG and a pointer, aligned. */
const pureEddsa = Buffer.alloc(24);

/**
 * PKCS #11, version 3.0, "EdDSA": pure Ed25519 without a parameter, Ed448 with one. Modules that know
 * only the former way take Ed448 so too, and mean the same.
 */
export const edwardsSchemes: readonly Scheme[] = [
  { ...eddsa, parameter: pureEddsa, fits: ({ asymmetricKeyType }) => asymmetricKeyType === "ed448" },
  eddsa,
];

/** CKM_… of all of these. */
export const signatureMechanisms: readonly number[] = [...rsaSchemes, ...ecSchemes, ...edwardsSchemes].map(
  ({ mechanism }) => mechanism,
);
