import { createHash, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../problem/secret.js";

/** A PIN as it is remembered: it can be recognised, and a guess at it costs as much as can be afforded. */
export interface PinHash {
  /** Base64, of `saltBytes`. */
  readonly salt: string;
  /** Base64, of `hashBytes`. */
  readonly scrypt: string;
}

export const saltBytes = 16;
export const hashBytes = 32;

/**
 * The costs that OWASP's Password Storage Cheat Sheet gives for scrypt with 32 MiB; node's own limit is that
 * much exactly, and not enough.
 */
const costs = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 ** 2 };

/**
 * Of a PIN for something that has this name: the same for as long as the secret lives, since a run logs in
 * with it again and again. Another secret, or another name, has another salt.
 */
export async function pinHash(pin: Secret, name: string): Promise<PinHash> {
  const salt = once(saltsOf, pin, name, () => randomBytes(saltBytes).toString("base64"));
  const hash = await slowHash(pin, salt);
  return { salt, scrypt: hash.toString("base64") };
}

/** Whether it is the hash of this PIN. */
export async function isHashOf(known: PinHash, pin: Secret): Promise<boolean> {
  const hash = await slowHash(pin, known.salt);
  const other = Buffer.from(known.scrypt, "base64");
  return hash.length === other.length && timingSafeEqual(hash, other);
}

/** Always the same: earlier versions had the module's variables here, and their records are still read. */
const suffix = createHash("sha256").update("[]").digest();

const saltsOf = new WeakMap<Secret, Map<string, string>>();
const hashesOf = new WeakMap<Secret, Map<string, Promise<Buffer>>>();

/** In a thread of its own: a tenth of a second or more; so only once for a secret and a salt. */
function slowHash(pin: Secret, salt: string): Promise<Buffer> {
  return once(hashesOf, pin, salt, () => {
    const salted = Buffer.concat([Buffer.from(salt, "base64"), suffix]);
    return new Promise((resolve, reject) => {
      scrypt(pin.reveal(), salted, hashBytes, costs, (error, hash) => {
        if (error === null) resolve(hash);
        else reject(error);
      });
    });
  });
}

/** What was made for a secret under this name before; else it is made. */
function once<T>(known: WeakMap<Secret, Map<string, T>>, pin: Secret, name: string, make: () => T): T {
  const ofPin = known.get(pin) ?? new Map<string, T>();
  known.set(pin, ofPin);
  const made = ofPin.get(name) ?? make();
  ofPin.set(name, made);
  return made;
}
