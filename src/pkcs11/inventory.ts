import { isRecord, textOf } from "../formats/json/json-values.js";

/** An object on a token: what can be compared between two members of an HA vector. */
export interface InventoryObject {
  /** `private-key`, `public-key`, `secret-key`, `certificate`, `data`; any other class as its number. */
  readonly class: string;
  readonly label: string;
  /** CKA_ID, lower-case hexadecimal; empty if the object has none. */
  readonly id: string;
  /**
   * SHA-256, lower-case hexadecimal: of the public key for keys (RSA: modulus and exponent; EC: parameters
   * and point), of the whole certificate for certificates. Absent if the token does not let it be read.
   */
  readonly sha256?: string;
}

/** What is on a token, in the token's order. */
export interface Inventory {
  readonly objects: readonly InventoryObject[];
  /** False: there are more than `mostObjects`, and the others were not looked at. */
  readonly complete: boolean;
}

/** A token that never ends its list must not hold up the run. */
export const mostObjects = 10_000;

/** How many characters of a label, and of an ID in hexadecimal, are kept. */
export const longestName = 1024;

export function asInventoryObject(value: unknown): InventoryObject | undefined {
  if (!isRecord(value)) return undefined;
  const sha256 = textOf(value["sha256"]);
  return {
    class: textOf(value["class"]),
    label: textOf(value["label"]),
    id: textOf(value["id"]),
    ...(/^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
  };
}
