import { createHash, randomBytes, scrypt, scryptSync, timingSafeEqual } from "node:crypto";
import type { Secret } from "../../problem/secret.js";

/** A PIN as it is remembered: it can be recognised, and a guess at it costs as much as can be afforded. */
export interface PinHash {
  /** Base64, of `saltBytes`. */
  readonly salt: string;
  /** Base64, of `hashBytes`. */
  readonly scrypt: string;
}

/**
 * What is kept of a PIN while a login with it lasts: eight bits of a salted digest, with which it is
 * recognised after a kill. Of all other PINs, one in 256 has the same: it says no more of the PIN than that,
 * however many guesses can be afforded.
 */
export interface PinMark {
  /** Base64, of `saltBytes`. */
  readonly salt: string;
  /** 0 to 255. */
  readonly mark: number;
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
 * with it again and again. Another secret, or another name, has another salt. Blocks for a tenth of a second
 * or more, so that nothing of this process comes before what it is for: a refusal that is to be noted.
 */
export function pinHash(pin: Secret, name: string): PinHash {
  const salt = saltOf(pin, name);
  const hash = once(hashesOf, pin, salt, () =>
    scryptSync(pin.reveal(), salted(salt), hashBytes, costs).toString("base64"),
  );
  return { salt, scrypt: hash };
}

/** The mark of the same PIN, with the same salt; at once. */
export function pinMark(pin: Secret, name: string): PinMark {
  const salt = saltOf(pin, name);
  return { salt, mark: markOf(pin, salt) };
}

/** Whether it is the hash of this PIN, or its mark. */
export async function isOf(known: PinHash | PinMark, pin: Secret): Promise<boolean> {
  if ("mark" in known) return markOf(pin, known.salt) === known.mark;
  const hash = await slowHash(pin, known.salt);
  const other = Buffer.from(known.scrypt, "base64");
  return hash.length === other.length && timingSafeEqual(hash, other);
}

/** Always the same: earlier versions had the module's variables here, and their records are still read. */
const suffix = createHash("sha256").update("[]").digest();

const saltsOf = new WeakMap<Secret, Map<string, string>>();
const hashesOf = new WeakMap<Secret, Map<string, string>>();
const comparedOf = new WeakMap<Secret, Map<string, Promise<Buffer>>>();

function saltOf(pin: Secret, name: string): string {
  return once(saltsOf, pin, name, () => randomBytes(saltBytes).toString("base64"));
}

function salted(salt: string): Buffer {
  return Buffer.concat([Buffer.from(salt, "base64"), suffix]);
}

function markOf(pin: Secret, salt: string): number {
  return createHash("sha256").update(salted(salt)).update(pin.reveal()).digest().readUInt8();
}

/** In a thread of its own: a tenth of a second or more; so only once for a secret and a salt. */
function slowHash(pin: Secret, salt: string): Promise<Buffer> {
  return once(comparedOf, pin, salt, () => {
    return new Promise((resolve, reject) => {
      scrypt(pin.reveal(), salted(salt), hashBytes, costs, (error, hash) => {
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
