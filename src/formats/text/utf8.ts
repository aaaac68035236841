/** How many bytes the text has in UTF-8; half of a surrogate pair counts as the replacement character. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The text in the bytes, with its byte order mark if it has one; undefined if they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  return decoded(bytes, { isPart: false });
}

export interface Utf8Prefix {
  /** With its byte order mark. */
  readonly text: string;
  readonly bytes: number;
}

/**
 * The longest prefix of the bytes that is valid UTF-8: found by bisection, since the decoder does not say
 * where it failed.
 */
export function utf8Prefix(bytes: Uint8Array): Utf8Prefix {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (decoded(bytes.subarray(0, middle), { isPart: true }) === undefined) bad = middle;
    else good = middle;
  }
  const text = decoded(bytes.subarray(0, good), { isPart: true }) ?? "";
  return { text, bytes: utf8Length(text) };
}

/** Whether the bytes begin as UTF-16 text does that has a byte order mark. */
export function looksLikeUtf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** A part may end within a character, of which nothing is then in the text. */
function decoded(bytes: Uint8Array, { isPart }: { readonly isPart: boolean }): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isPart });
  } catch (error) {
    // what the Encoding standard lets a fatal decoder throw
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
