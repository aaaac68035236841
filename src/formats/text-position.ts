/** 1-based, as editors count; columns in UTF-16 code units. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Where the offset lies in the text. LF, CRLF and CR end a line; a byte order mark takes no column. */
export function positionAt(text: string, offset: number): TextPosition {
  const before = text.slice(text.startsWith("\uFEFF") ? 1 : 0, offset);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}
