import type { Span } from "../json-tree.js";

/** A line of a text: from its start to before its line break. One of systemd's may run over several. */
export interface Line extends Span {
  /** After its line break. */
  readonly next: number;
  /** False for a last line that has no line break. */
  readonly ended: boolean;
}

/**
 * The lines from `start` on. `breaks` finds what stands after a line; a line has ended where its first group
 * is part of that.
 */
export function linesOf(text: string, start: number, breaks: RegExp): Line[] {
  const lines: Line[] = [];
  let from = start;
  for (const found of text.matchAll(breaks)) {
    const next = found.index + found[0].length;
    lines.push({ start: from, end: found.index, next, ended: found[1] !== undefined });
    from = next;
  }
  if (from < text.length) lines.push({ start: from, end: text.length, next: text.length, ended: false });
  return lines;
}

/** Where the text begins, a byte order mark left aside. */
export function afterMark(text: string): number {
  return text.startsWith("\uFEFF") ? 1 : 0;
}
