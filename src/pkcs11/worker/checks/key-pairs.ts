import type { KeyPair, Template } from "pkcs11js";
import {
  CKA_EC_PARAMS,
  CKA_EXTRACTABLE,
  CKA_ID,
  CKA_LABEL,
  CKA_MODULUS_BITS,
  CKA_PRIVATE,
  CKA_PUBLIC_EXPONENT,
  CKA_SENSITIVE,
  CKA_SIGN,
  CKA_TOKEN,
  CKA_VERIFY,
  CKM_EC_KEY_PAIR_GEN,
  CKM_RSA_PKCS_KEY_PAIR_GEN,
} from "../constants.js";
import { CryptokiError } from "../cryptoki-error.js";
import { type Check, type Outcome, type Run, sessionOf, withoutLogin } from "./check.js";
import { orOnToken, withoutSessionObjects } from "./keys/key-life.js";
import { ecFault, rsaFault } from "./keys/made-key.js";
import { curvesFor, rsaBitsFor } from "./keys/mechanism-info.js";
import { askFor, ownId } from "./own-objects.js";

/**
 * ATTRIBUTE_READ_ONLY, ATTRIBUTE_TYPE_INVALID, ATTRIBUTE_VALUE_INVALID, TEMPLATE_INCOMPLETE,
 * TEMPLATE_INCONSISTENT.
 */
const templateErrors: ReadonlySet<number> = new Set([0x10, 0x12, 0x13, 0xd0, 0xd1]);

/** DOMAIN_PARAMS_INVALID, CURVE_NOT_SUPPORTED. */
const curveErrors: ReadonlySet<number> = new Set([0x130, 0x140]);

export const keygenRsa: Check = {
  id: "keygen-rsa",
  refused: "fail",
  optional: signsWithout,
  skip: (run) => withoutKeys(run, CKM_RSA_PKCS_KEY_PAIR_GEN, "RSA key generation"),
  perform(run) {
    const bits = rsaBitsFor(run);
    const { keys, outcome } = generate(run, CKM_RSA_PKCS_KEY_PAIR_GEN, `RSA ${bits}`, [
      { type: CKA_MODULUS_BITS, value: bits },
      { type: CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) },
    ]);
    run.rsa = keys;
    return judged(outcome, keys && rsaFault(run, keys, bits));
  },
};

export const keygenEc: Check = {
  id: "keygen-ec",
  refused: "fail",
  optional: signsWithout,
  skip: (run) => withoutKeys(run, CKM_EC_KEY_PAIR_GEN, "EC key generation"),
  perform(run) {
    const curves = curvesFor(run);
    for (const { name, parameters } of curves) {
      try {
        const { keys, outcome } = generate(run, CKM_EC_KEY_PAIR_GEN, `EC ${name}`, [
          { type: CKA_EC_PARAMS, value: parameters },
        ]);
        run.ec = keys;
        return judged(outcome, keys && ecFault(run, keys, { name, parameters }));
      } catch (error) {
        const isLast = name === curves.at(-1)?.name;
        if (isLast || !(error instanceof CryptokiError) || !curveErrors.has(error.value)) throw error;
      }
    }
    throw new Error("no curve");
  },
};

function judged(outcome: Outcome, fault: string | undefined): Outcome {
  return fault === undefined ? outcome : { status: "fail", detail: fault };
}

/** An application that signs with a key that is there may never make one, and need not be allowed to. */
function signsWithout(run: Run): boolean {
  return run.signed.length > 0 || run.signer !== undefined;
}

/** Why this run makes no keys of a kind. Private keys need a login, except on tokens that require none. */
export function withoutKeys(run: Run, mechanism: number, name: string): string | undefined {
  return withoutLogin(run) ?? (run.mechanisms.has(mechanism) ? undefined : `${name} is not offered`);
}

interface Generated {
  /** Undefined: none were made, and the outcome says why. */
  readonly keys: KeyPair | undefined;
  readonly outcome: Outcome;
}

const objectsOf: Readonly<Record<Run["life"], string>> = {
  session: "session objects",
  token: "token objects",
};

function generate(run: Run, mechanism: number, name: string, specific: Template): Generated {
  const made = orOnToken(run, signsWithout(run), () => {
    try {
      return { keys: generateOnce(run, mechanism, specific, false), note: "" };
    } catch (error) {
      if (!(error instanceof CryptokiError) || !templateErrors.has(error.value)) throw error;
      return {
        keys: generateOnce(run, mechanism, specific, true),
        note: ", only with CKA_PRIVATE true for the public key too",
      };
    }
  });
  if (made instanceof CryptokiError) return { keys: undefined, outcome: withoutSessionObjects(run, made) };
  const { keys, note } = made.value;
  return { keys, outcome: { status: "pass", detail: `${name}, ${objectsOf[run.life]}${note}${made.why}` } };
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
    { type: CKA_TOKEN, value: run.life === "token" },
    { type: CKA_LABEL, value: Buffer.from(run.request.objectLabel) },
    { type: CKA_ID, value: ownId(run, mechanism) },
  ];
}
