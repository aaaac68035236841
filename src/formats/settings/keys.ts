/**
 * The key as .NET compares it (StringComparer.OrdinalIgnoreCase): each code point in its simple upper case,
 * one for one, whatever the language. Two keys are the same to the application when this gives the same.
 */
export function foldKey(key: string): string {
  return /^[\0-\x7f]*$/.test(key) ? key.toUpperCase() : Array.from(key, upperCase).join("");
}

function upperCase(char: string): string {
  // .NET keeps dotless i and long s apart from I and S, to which Unicode maps them
  if (char === "\u0131" || char === "\u017F") return char;
  const greek = greekCapital(char.codePointAt(0) ?? 0);
  if (greek !== undefined) return greek;
  const upper = char.toUpperCase();
  return upper.length === char.length && Array.from(upper).length === 1 ? upper : char;
}

/**
 * Greek letters with an iota subscript: one code point in simple upper case, of which `toUpperCase` makes
 * two.
 */
function greekCapital(point: number): string | undefined {
  if (point >= 0x1f80 && point <= 0x1faf && (point & 8) === 0) return String.fromCodePoint(point + 8);
  if (point === 0x1fb3 || point === 0x1fc3 || point === 0x1ff3) return String.fromCodePoint(point + 9);
  return undefined;
}

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
