import type { Span } from "../../text/text-edit.js";
import type { DroppedLine, Setting, SettingsFault } from "../settings-text.js";

/** What a line that gives a key its value says. */
export interface Assignment {
  readonly line: Line;
  /** As the application composes it: parts joined by `:`. */
  readonly key: string;
  /** Undefined: the line names a variable whose value comes from elsewhere. */
  readonly value: string | undefined;
  /** The name's text, as this line spells it. */
  readonly name: Span;
  /** The value's text with its quotes, without spaces around it. */
  readonly written: Span;
}

/** A text in one of the forms that are read line by line. */
export interface ReadLines {
  readonly text: string;
  /** Where the first line begins. */
  readonly start: number;
  readonly lines: readonly Line[];
  /** In order; of those with the same key, the last counts. */
  readonly assignments: readonly Assignment[];
  readonly settings: readonly Setting[];
  readonly faults: readonly SettingsFault[];
  readonly dropped?: readonly DroppedLine[];
}

/** A line of a text: from its start to before its line break. With systemd it may span several lines. */
export interface Line extends Span {
  /** After its line break. */
  readonly next: number;
  /** False for a last line that has no line break. */
  readonly ended: boolean;
}

/**
 * The lines from `start` on. `breaks` matches what follows a line; the line ends if the first group took part
 * in the match.
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

/** Where the text begins, after any byte order mark. */
export function afterMark(text: string): number {
  return text.startsWith("\uFEFF") ? 1 : 0;
}

/**
 * Unicode's White_Space, which both .NET's Char.IsWhiteSpace and Go's unicode.IsSpace mean. Unlike in
 * JavaScript, U+FEFF is not part of it.
 */
const whiteSpace = /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]$/;

export function isWhiteSpace(char: string): boolean {
  return whiteSpace.test(char);
}

/**
 * The part of the text without white space at its ends; if there is nothing else, the empty span at its end.
 */
export function trimmed(text: string, { start, end }: Span): Span {
  const from = trimmedStart(text, { start, end });
  let to = end;
  while (to > from && isWhiteSpace(text.charAt(to - 1))) to--;
  return { start: from, end: to };
}

/** Where the part of the text begins, ignoring white space. */
export function trimmedStart(text: string, { start, end }: Span): number {
  let from = start;
  while (from < end && isWhiteSpace(text.charAt(from))) from++;
  return from;
}
