import { cEscape, type Escape, plainEscape } from "./c-escapes.js";

/** A word of a value in a unit file. */
export interface UnitWord {
  readonly text: string;
  /** Where it begins in the value. */
  readonly offset: number;
  /** Nothing in it is quoted or escaped, so that a `;` of a command line separates two. */
  readonly plain: boolean;
}

/**
 * The words of a value in a unit file (extract_first_word in systemd's source): separated by white space,
 * quotes of either kind anywhere, C's escapes inside and outside of them. Specifiers (`%h`) stay as they are.
 * Pure.
 */
export function unitWords(value: string): readonly UnitWord[] {
  return words(value, (text, start) => cEscape(text, start) ?? keptEscape(text, start));
}

/**
 * The words into which a variable's value is split where `$NAME` is a word of a command line: a backslash
 * only makes the next character stand for itself. Pure.
 */
export function variableWords(value: string): readonly UnitWord[] {
  return words(value, plainEscape);
}

type EscapeAt = (text: string, start: number) => Escape | undefined;

function words(value: string, escapeAt: EscapeAt): readonly UnitWord[] {
  const words: UnitWord[] = [];
  for (let at = blanksEnd(value, 0); at < value.length; at = blanksEnd(value, at)) {
    const word = oneWord(value, at, escapeAt);
    words.push({ text: word.text, offset: at, plain: word.plain });
    at = word.end;
  }
  return words;
}

/** What is not an escape of C's stays as it is, and does not end a word. */
function keptEscape(text: string, start: number): Escape | undefined {
  const next = plainEscape(text, start);
  return next && { bytes: Buffer.from(text.slice(start, next.end)), end: next.end };
}

function oneWord(
  value: string,
  start: number,
  escapeAt: EscapeAt,
): { text: string; end: number; plain: boolean } {
  const parts: Buffer[] = [];
  let [at, quote, plain] = [start, "", true];
  for (; at < value.length;) {
    const char = String.fromCodePoint(value.codePointAt(at) ?? 0);
    if (quote === "" && /\s/.test(char)) break;
    const escape = char === "\\" ? escapeAt(value, at) : undefined;
    if (escape !== undefined) parts.push(escape.bytes);
    else if (char === quote) quote = "";
    else if (quote === "" && /["']/.test(char)) quote = char;
    else parts.push(Buffer.from(char));
    plain &&= !/["'\\]/.test(char);
    at = escape?.end ?? at + char.length;
  }
  return { text: Buffer.concat(parts).toString("utf8"), end: at, plain };
}

function blanksEnd(value: string, start: number): number {
  let at = start;
  while (/\s/.test(value.charAt(at))) at += 1;
  return at;
}
