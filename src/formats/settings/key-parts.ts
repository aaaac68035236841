import { foldKey } from "./fold-key.js";

/**
 * What stands before the last part of a key with the `:` after it, as .NET compares it; "" for a key of one
 * part.
 */
export function sectionOf(key: string): string {
  return foldKey(key.slice(0, key.lastIndexOf(":") + 1));
}

/** The last part of a key. */
export function partOf(key: string): string {
  return key.slice(key.lastIndexOf(":") + 1);
}
