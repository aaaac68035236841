/** Part of a text, in UTF-16 code units; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Text that replaces a part of the original; parts do not overlap. */
export interface TextEdit extends Span {
  readonly text: string;
}

/**
 * The text with all edits made, those at the same place in order; the original text if there are none. Linear
 * in the size of text and edits.
 */
export function withEdits(original: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(original.slice(at, start), text);
    at = end;
  }
  return parts.join("") + original.slice(at);
}
