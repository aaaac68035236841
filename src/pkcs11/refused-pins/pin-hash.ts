import {
  createHash,
  randomBytes,
  scrypt,
  scryptSync,
  type ScryptOptions,
  timingSafeEqual,
} from "node:crypto";
import { promisify } from "node:util";
import type { Secret } from "../../problem/secret.js";
import { mebibyte } from "../../formats/units.js";

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
const costs = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * mebibyte };

/** A salt that nothing has yet. */
export function newSalt(): string {
  return randomBytes(saltBytes).toString("base64");
}

/**
 * Of a PIN with this salt; once for as long as the secret lives, since a run logs in with it again and again.
 * Blocks for a tenth of a second or more, so that nothing of this process comes before what it is for: a
 * refusal that is to be noted.
 */
export function pinHash(pin: Secret, salt: string): PinHash {
  const hash = once(hashesOf, pin, salt, () => scryptSync(pin.reveal(), salted(salt), hashBytes, costs));
  return { salt, scrypt: hash.toString("base64") };
}

/** The mark of a PIN with this salt; at once. */
export function pinMark(pin: Secret, salt: string): PinMark {
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

const hashesOf = new WeakMap<Secret, Map<string, Buffer>>();
const comparedOf = new WeakMap<Secret, Map<string, Promise<Buffer>>>();

function salted(salt: string): Buffer {
  return Buffer.concat([Buffer.from(salt, "base64"), suffix]);
}

function markOf(pin: Secret, salt: string): number {
  return createHash("sha256").update(salted(salt)).update(pin.reveal()).digest().readUInt8();
}

/** In a thread of its own: a tenth of a second or more; so only once for a secret and a salt. */
function slowHash(pin: Secret, salt: string): Promise<Buffer> {
  return once(comparedOf, pin, salt, async () => {
    const inThread = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
    const known = hashesOf.get(pin)?.get(salt);
    const hash = known ?? (await inThread(pin.reveal(), salted(salt), hashBytes, costs));
    return once(hashesOf, pin, salt, () => hash);
  });
}

/** What was made for a secret and a salt before; else it is made. */
function once<T>(known: WeakMap<Secret, Map<string, T>>, pin: Secret, salt: string, make: () => T): T {
  const ofPin = known.get(pin) ?? new Map<string, T>();
  known.set(pin, ofPin);
  const made = ofPin.get(salt) ?? make();
  ofPin.set(salt, made);
  return made;
}
