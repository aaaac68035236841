import { randomBytes } from "node:crypto";

/** A PIN that can be found again wherever, and however written, it went. */
export interface MarkedPin {
  readonly text: string;
  /**
   * Where in `bytes` something of the PIN is, in any writing; empty when it is not there. For messages: the
   * forms' names, never the PIN.
   */
  formsIn(bytes: Buffer): readonly string[];
}

/**
 * What means something to a shell, to ini, JSON, YAML, XML, printf, templates and URLs, and what is not
 * ASCII.
 */
export const syntax = `"'\\ $(id);#=[x]%s{{y}}<&>:!*?~|^é€`;

/**
 * The mark is random and of letters and digits alone: no escaping changes it, so JSON's, a URL's, a shell's
 * and a trace's writing of the PIN hold it as it is. Each half of it is looked for, as it is, in base64 (at
 * each of the three places it can begin at), in hexadecimal, in UTF-16, and backwards.
 */
export function markedPin(around = syntax): MarkedPin {
  const mark = letters(24);
  const halves = [mark.slice(0, 12), mark.slice(12)];
  const forms = halves.flatMap((half, index) =>
    formsOf(half).map(([name, bytes]) => [`${name} of half ${index + 1}`, bytes] as const),
  );
  const placesIn = sieve(forms.map(([, form]) => form));
  const longest = Math.max(...forms.map(([, { length }]) => length));
  return {
    text: `${around.slice(0, 8)}${mark}${around.slice(8)}`,
    formsIn: (bytes) => {
      const found = new Set<string>();
      for (const place of placesIn(bytes)) {
        const around = bytes.subarray(Math.max(0, place - longest), place + longest);
        for (const [name, form] of forms) if (around.includes(form)) found.add(name);
      }
      return [...found];
    },
  };
}

/** The bytes that are compared at once. */
const gram = 4;

/**
 * Finds places in which one of the forms may lie, by looking at so few bytes that each form must hold some of
 * them whole: gigabytes are searched for hundreds of forms.
 */
function sieve(forms: readonly Buffer[]): (bytes: Buffer) => readonly number[] {
  const stride = Math.min(...forms.map(({ length }) => length)) - gram + 1;
  const grams = new Set(
    forms.flatMap((form) => Array.from({ length: form.length - gram + 1 }, (_, at) => form.readUInt32LE(at))),
  );
  const begins = new Uint8Array(1 << 16);
  for (const one of grams) begins[one & 0xffff] = 1;
  return (bytes) => {
    const places: number[] = [];
    for (let at = 0; at + gram <= bytes.length; at += stride) {
      // bytes[at] is faster than readUInt16LE, and is asked for all of them
      if (begins[bytes[at]! | (bytes[at + 1]! << 8)] === 1 && grams.has(bytes.readUInt32LE(at)))
        places.push(at);
    }
    return places;
  };
}

function letters(count: number): string {
  return Array.from(randomBytes(count), (byte) =>
    "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".charAt(byte % 55),
  ).join("");
}

function formsOf(half: string): readonly (readonly [string, Buffer])[] {
  const bytes = Buffer.from(half);
  const wide = Buffer.from(half, "utf16le");
  const hex = bytes.toString("hex");
  return [
    ["the text", bytes],
    ["the text backwards", Buffer.from(bytes).reverse()],
    ["hexadecimal", Buffer.from(hex)],
    ["hexadecimal, in capitals", Buffer.from(hex.toUpperCase())],
    ["UTF-16, little endian", wide],
    ["UTF-16, big endian", Buffer.from(wide).swap16()],
    ["UTF-16, as a trace writes it", Buffer.from(half.replaceAll(/(?<=.)(?=.)/g, "\\0"))],
    ["character codes", Buffer.from(bytes.join(","))],
    ...[0, 1, 2].map((skipped) => [`base64 from byte ${skipped}`, base64Inside(bytes, skipped)] as const),
  ];
}

/**
 * The characters of base64 that the bytes alone decide, when `skipped` other bytes of a group of three come
 * before.
 */
function base64Inside(bytes: Buffer, skipped: number): Buffer {
  const text = Buffer.concat([Buffer.alloc(skipped), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const first = Math.ceil((skipped * 8) / 6);
  const last = Math.floor(((skipped + bytes.length) * 8) / 6);
  return Buffer.from(text.slice(first, last));
}
