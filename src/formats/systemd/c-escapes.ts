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
};

/**
 * The escape whose backslash is at `start`, as systemd writes and reads them (cunescape): a letter, `\xHH`,
 * `\OOO`, `\uXXXX`, `\UXXXXXXXX`. Any other character stands for itself. Undefined where the text ends.
 */
export function cEscape(text: string, start: number): Escape | undefined {
  const rest = text.slice(start + 1, start + 10);
  if (rest === "") return undefined;
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
  const [character = ""] = rest;
  return { bytes: Buffer.from(letters[character] ?? character), end: start + 2 };
}
