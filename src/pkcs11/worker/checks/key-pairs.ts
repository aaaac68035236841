import type { KeyPair, Template } from "pkcs11js";
import {
  CKA_EC_PARAMS,
  CKA_EXTRACTABLE,
  CKA_ID,
  CKA_LABEL,
  CKA_MODULUS,
  CKA_MODULUS_BITS,
  CKA_PRIVATE,
  CKA_PUBLIC_EXPONENT,
  CKA_SENSITIVE,
  CKA_SIGN,
  CKA_TOKEN,
  CKA_VERIFY,
  CKF_LOGIN_REQUIRED,
  CKM_EC_KEY_PAIR_GEN,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
} from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { type Check, type Outcome, type Run, sessionOf, tokenOf } from "./check.js";
import { askFor, attributes, ownId } from "./own-objects.js";

/**
 * ATTRIBUTE_READ_ONLY, ATTRIBUTE_TYPE_INVALID, ATTRIBUTE_VALUE_INVALID, TEMPLATE_INCOMPLETE,
 * TEMPLATE_INCONSISTENT.
 */
const templateErrors: ReadonlySet<number> = new Set([0x10, 0x12, 0x13, 0xd0, 0xd1]);

/** Object identifier of P-256 (prime256v1, 1.2.840.10045.3.1.7), DER. */
const p256 = Buffer.from("06082a8648ce3d030107", "hex");

export const keygenRsa: Check = {
  id: "keygen-rsa",
  refused: "fail",
  skip: (run) => withoutKeys(run, CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA key generation"),
  perform(run) {
    const specific = [
      { type: CKA_MODULUS_BITS, value: 2048 },
      { type: CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
    ];
    const { keys, outcome } = generate(run, CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA 2048", specific);
    run.rsa = keys;
    const bits = rsaBits(run, keys);
    return bits === undefined || bits === 2048
      ? outcome
      : { status: "fail", detail: `a key of 2048 bits was asked for, and the module made one of ${bits}` };
  },
};

export const keygenEc: Check = {
  id: "keygen-ec",
  refused: "fail",
  skip: (run) => withoutKeys(run, CKM_EC_KEY_PAIR_GEN, "EC key generation"),
  perform(run) {
    const { keys, outcome } = generate(run, CKM_EC_KEY_PAIR_GEN, "EC P-256", [
      { type: CKA_EC_PARAMS, value: p256 },
    ]);
    run.ec = keys;
    return outcome;
  },
};

/** The length of the modulus; undefined if the module does not give it. */
function rsaBits(run: Run, { publicKey }: KeyPair): number | undefined {
  const [modulus] = attributes(run, publicKey, [CKA_MODULUS]) ?? [];
  return modulus && BigInt(`0x0${modulus.toString("hex")}`).toString(2).length;
}

/** Why this run makes no keys of a kind. Private keys need a login, except on tokens that require none. */
export function withoutKeys(run: Run, mechanism: number, name: string): string | undefined {
  if (!run.loggedIn && (tokenOf(run).flags & CKF_LOGIN_REQUIRED) !== 0) return "not logged in";
  return run.mechanisms.has(mechanism) ? undefined : `${name} is not offered`;
}

function generate(
  run: Run,
  mechanism: number,
  name: string,
  specific: Template,
): { keys: KeyPair; outcome: Outcome } {
  const detail = `${name}, ${run.request.tokenObjects ? "token objects" : "session objects"}`;
  try {
    return { keys: generateOnce(run, mechanism, specific, false), outcome: { status: "pass", detail } };
  } catch (error) {
    if (!(error instanceof CryptokiError) || !templateErrors.has(error.value)) throw error;
    const keys = generateOnce(run, mechanism, specific, true);
    return { keys, outcome: { status: "pass", detail: `${detail}, only with a private public key` } };
  }
}

/** No CKA_ALLOWED_MECHANISMS: the kNET module refuses templates that have it. */
function generateOnce(run: Run, mechanism: number, specific: Template, publicIsPrivate: boolean): KeyPair {
  const common = commonAttributes(run, mechanism);
  const publicTemplate = [
    ...common,
    { type: CKA_PRIVATE, value: publicIsPrivate },
    { type: CKA_VERIFY, value: true },
    ...specific,
  ];
  const privateTemplate = [
    ...common,
    { type: CKA_PRIVATE, value: true },
    { type: CKA_SENSITIVE, value: true },
    { type: CKA_EXTRACTABLE, value: false },
    { type: CKA_SIGN, value: true },
  ];
  askFor(run, mechanism, 2);
  const keys = run.library.C_GenerateKeyPair(sessionOf(run), { mechanism }, publicTemplate, privateTemplate);
  run.created.push(keys.publicKey, keys.privateKey);
  return keys;
}

/** Label, ID and lifetime of every object that the run makes. */
export function commonAttributes(run: Run, mechanism: number): Template {
  return [
    { type: CKA_TOKEN, value: run.request.tokenObjects },
    { type: CKA_LABEL, value: Buffer.from(run.request.objectLabel) },
    { type: CKA_ID, value: ownId(run, mechanism) },
  ];
}
