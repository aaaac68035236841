import type { Handle, KeyPair } from "pkcs11js";
import {
  CKA_EC_PARAMS,
  CKA_EXTRACTABLE,
  CKA_MODULUS,
  CKA_PRIVATE_EXPONENT,
  CKA_PUBLIC_EXPONENT,
  CKA_SENSITIVE,
  CKA_VALUE,
} from "../../constants.js";
import { CryptokiError } from "../../cryptoki-error.js";
import type { Run } from "../check.js";
import type { Curve } from "./mechanism-info.js";
import { attributes, truthOf } from "../own-objects.js";

/** What is wrong with an RSA pair that was to have so many bits; undefined for what cannot be seen, too. */
export function rsaFault(run: Run, { publicKey, privateKey }: KeyPair, bits: number): string | undefined {
  const [modulus] = attributes(run, publicKey, [CKA_MODULUS]) ?? [];
  const made = modulus && bitsOf(numberOf(modulus));
  if (made !== undefined && made !== bits)
    return `a key of ${bits} bits was asked for, and the module made one of ${made}`;
  const [exponent] = attributes(run, publicKey, [CKA_PUBLIC_EXPONENT]) ?? [];
  if (exponent !== undefined && numberOf(exponent) !== 65537n)
    return `the exponent 65537 was asked for, and the key has ${numberOf(exponent)}`;
  return openness(run, privateKey, CKA_PRIVATE_EXPONENT);
}

/** The same for an EC pair on a curve. */
export function ecFault(
  run: Run,
  { publicKey, privateKey }: KeyPair,
  { name, parameters }: Pick<Curve, "name" | "parameters">,
): string | undefined {
  const [made] = attributes(run, publicKey, [CKA_EC_PARAMS]) ?? [];
  if (made !== undefined && !made.equals(parameters))
    return `a key on ${name} was asked for, and the module made one on another curve`;
  return openness(run, privateKey, CKA_VALUE);
}

/** What is wrong with a secret that was to stay in the HSM. `secret`: the attribute that holds it. */
export function openness(run: Run, key: Handle, secret: number): string | undefined {
  const [sensitive, extractable, value] = [CKA_SENSITIVE, CKA_EXTRACTABLE, secret].map((type) =>
    given(run, key, type),
  );
  if (value !== undefined && value.length > 0)
    return "the module gives the secret part of a key that was made sensitive";
  if (truthOf(sensitive) === false)
    return "a sensitive key was asked for, and the module made one that is not";
  return truthOf(extractable) === true
    ? "a key that stays in the HSM was asked for, and the module made one that can be extracted"
    : undefined;
}

/** A refusal, for whatever reason, is what is hoped for. */
function given(run: Run, key: Handle, type: number): Buffer | undefined {
  try {
    return attributes(run, key, [type])?.[0];
  } catch (error) {
    if (error instanceof CryptokiError) return undefined;
    throw error;
  }
}

function numberOf(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString("hex")}`);
}

function bitsOf(number: bigint): number {
  return number.toString(2).length;
}
