import { isRecord, textOf } from "../formats/json/json-values.js";
import { longestName } from "./inventory.js";

/** A signing key that was on the token before the test. */
export interface KeyOnToken {
  readonly label: string;
  /** CKA_ID, lower-case hexadecimal; empty if it has none. */
  readonly id: string;
  /** `RSA`, `EC`, `EdDSA`; absent: another kind. */
  readonly type?: string;
}

/** The key of a message; a module can write messages too. */
export function asKeyOnToken(value: unknown): KeyOnToken | undefined {
  if (!isRecord(value)) return undefined;
  const [label, id, type] = [textOf(value["label"]), textOf(value["id"]), textOf(value["type"])];
  return {
    label: label.slice(0, longestName),
    id: id.slice(0, longestName),
    ...(/^[A-Za-z]{2,10}$/.test(type) && { type }),
  };
}
