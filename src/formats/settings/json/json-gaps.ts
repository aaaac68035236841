import type { Span } from "../../text/text-edit.js";

export interface JsonComment extends Span {
  /** `//`: it reaches to the end of its line. */
  readonly toLineEnd: boolean;
}

/** What is between two tokens of a JSON text, other than white space. */
export interface JsonGap {
  readonly comma: number | undefined;
  readonly comments: readonly JsonComment[];
}

/** `start` and `end` are between two values, or between a value and its bracket. */
export function gapIn(text: string, start: number, end: number): JsonGap {
  const comments: JsonComment[] = [];
  let comma: number | undefined;
  for (const { 0: token, index } of text.slice(start, end).matchAll(/\/\/[^\r\n]*|\/\*[^]*?\*\/|,/g)) {
    if (token === ",") comma = start + index;
    else
      comments.push({
        start: start + index,
        end: start + index + token.length,
        toLineEnd: token.startsWith("//"),
      });
  }
  return { comma, comments };
}

/** Where the spaces and tabs before the offset start. */
export function blanksBefore(text: string, offset: number): number {
  let at = offset;
  while (isBlank(text[at - 1])) at--;
  return at;
}

/** Where the spaces and tabs after the offset end. */
export function blanksAfter(text: string, offset: number): number {
  let at = offset;
  while (isBlank(text[at])) at++;
  return at;
}

/** Whether only spaces and tabs come before the offset in its line. */
export function startsLine(text: string, offset: number): boolean {
  const before = text[blanksBefore(text, offset) - 1];
  return before === undefined || before === "\n" || before === "\r" || before === "\uFEFF";
}

/** The line break at the offset; "" if there is none. */
export function breakAt(text: string, offset: number): "" | "\n" | "\r\n" | "\r" {
  if (text[offset] === "\n") return "\n";
  if (text[offset] !== "\r") return "";
  return text[offset + 1] === "\n" ? "\r\n" : "\r";
}

export function hasBreak(text: string, start: number, end: number): boolean {
  return /[\r\n]/.test(text.slice(start, end));
}

/** The indentation of the offset's line. */
export function indentAt(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r" && text[start - 1] !== "\uFEFF")
    start--;
  return text.slice(start, blanksAfter(text, start));
}

function isBlank(character: string | undefined): boolean {
  return character === " " || character === "\t";
}
