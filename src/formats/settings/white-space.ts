import type { Span } from "../json-tree.js";

/**
 * Unicode's White_Space, for which .NET's Char.IsWhiteSpace and Go's unicode.IsSpace stand alike. U+FEFF is
 * none, other than to JavaScript.
 */
const whiteSpace = /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]$/;

export function isWhiteSpace(char: string): boolean {
  return whiteSpace.test(char);
}

/**
 * The part of the text without white space at its ends; when there is nothing else, the empty span at its
 * end.
 */
export function trimmed(text: string, { start, end }: Span): Span {
  const from = trimmedStart(text, { start, end });
  let to = end;
  while (to > from && isWhiteSpace(text.charAt(to - 1))) to--;
  return { start: from, end: to };
}

/** Where the part of the text begins, white space left aside. */
export function trimmedStart(text: string, { start, end }: Span): number {
  let from = start;
  while (from < end && isWhiteSpace(text.charAt(from))) from++;
  return from;
}
