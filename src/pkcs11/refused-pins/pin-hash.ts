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

export async function pinHash(pin: Secret): Promise<PinHash> {
  const salt = randomBytes(saltBytes);
  const hash = await slowHash(pin, salt);
  return { salt: salt.toString("base64"), scrypt: hash.toString("base64") };
}

/** Whether it is the hash of this PIN. */
export async function isHashOf(known: PinHash, pin: Secret): Promise<boolean> {
  const hash = await slowHash(pin, Buffer.from(known.salt, "base64"));
  const other = Buffer.from(known.scrypt, "base64");
  return hash.length === other.length && timingSafeEqual(hash, other);
}

/** Always the same: earlier versions had the module's variables here, and their records are still read. */
const suffix = createHash("sha256").update("[]").digest();

/** In a thread of its own: a tenth of a second or more. */
function slowHash(pin: Secret, salt: Buffer): Promise<Buffer> {
  const salted = Buffer.concat([salt, suffix]);
  return new Promise((resolve, reject) => {
    scrypt(pin.reveal(), salted, hashBytes, costs, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}
