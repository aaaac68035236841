/** 1-based, as editors count; columns in UTF-16 code units. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Where the offset is in the text. LF, CRLF and CR end a line; a byte order mark takes no column. */
export function positionAt(text: string, offset: number): TextPosition {
  return positionsIn(text)(offset);
}

/** The same for many offsets: line ends are searched for only once. */
export function positionsIn(text: string): (offset: number) => TextPosition {
  const starts = [text.startsWith("\uFEFF") ? 1 : 0];
  for (let at = 0; at < text.length; at++) {
    const isEnd = text[at] === "\n" || (text[at] === "\r" && text[at + 1] !== "\n");
    if (isEnd) starts.push(at + 1);
  }
  return (offset) => {
    const line = Math.max(1, countUpTo(starts, offset));
    return { line, column: Math.max(0, offset - (starts[line - 1] ?? 0)) + 1 };
  };
}

/** How many of the ascending numbers are at most the limit. */
export function countUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
