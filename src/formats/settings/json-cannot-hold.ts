import { deepest, isWellFormed } from "./json-sections.js";

/** Why no JSON file can hold the setting; undefined when it can. */
export function jsonCannotHold(key: string, value: string): string | undefined {
  const parts = key.split(":");
  if (parts.includes("")) return "a part of the key is empty";
  if (parts.length > deepest) return `a key of more than ${deepest} parts is nested too deeply`;
  if (!isWellFormed(key)) return "the key holds half of a surrogate pair";
  return isWellFormed(value) ? undefined : "the value holds half of a surrogate pair";
}
