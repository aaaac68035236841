/** One escape, and where the text goes on after it. */
export interface Escape {
  readonly bytes: Buffer;
  readonly end: number;
}

const letters: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  s: " ",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

/**
 * The escape whose backslash is at `start`, as systemd writes and reads them (cunescape): a letter, `\xHH`,
 * `\OOO`, `\uXXXX`, `\UXXXXXXXX`. Undefined for any other.
 */
export function cEscape(text: string, start: number): Escape | undefined {
  const rest = text.slice(start + 1, start + 10);
  const byte = /^(?:x([0-9a-fA-F]{2})|([0-3][0-7]{2}))/.exec(rest);
  if (byte !== null) {
    const [all, hex, octal] = byte;
    const value = hex === undefined ? parseInt(octal ?? "0", 8) : parseInt(hex, 16);
    return { bytes: Buffer.of(value), end: start + 1 + all.length };
  }
  const point = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
  const value = parseInt(point?.[1] ?? point?.[2] ?? "", 16);
  if (point !== null && value <= 0x10ffff)
    return { bytes: Buffer.from(String.fromCodePoint(value)), end: start + 1 + point[0].length };
  const letter = letters[rest.charAt(0)];
  return letter === undefined ? undefined : { bytes: Buffer.from(letter), end: start + 2 };
}

/** The backslash only makes the next character stand for itself; undefined where the text ends. */
export function plainEscape(text: string, start: number): Escape | undefined {
  const point = text.codePointAt(start + 1);
  if (point === undefined) return undefined;
  const character = String.fromCodePoint(point);
  return { bytes: Buffer.from(character), end: start + 1 + character.length };
}
