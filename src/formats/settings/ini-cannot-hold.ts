import { partOf } from "./key-parts.js";
import { markReason } from "./no-form-holds.js";
import { isWhiteSpace } from "./white-space.js";

/** Why `[section]` and `name=value` would not be read as this setting; undefined when they are. */
export function iniCannotHold(key: string, value: string): string | undefined {
  if (/[\r\n]/.test(value)) return "an ini file cannot hold a line break in a value";
  const section = key.slice(0, Math.max(0, key.lastIndexOf(":")));
  const name = partOf(key);
  if (/[\r\n]/.test(key)) return "an ini file cannot hold a line break in a name";
  if ([section, name].some(hasOuterWhiteSpace)) return "an ini file loses white space at the ends of a name";
  if (name.includes("=")) return "an ini file ends a name at its first equals sign";
  if (/^[;#/]/.test(name)) return "an ini file takes a name that begins with ; # or / for a comment";
  if (section === "" && name.startsWith("\uFEFF")) return markReason;
  return undefined;
}

function hasOuterWhiteSpace(text: string): boolean {
  return isWhiteSpace(text.charAt(0)) || isWhiteSpace(text.charAt(text.length - 1));
}
