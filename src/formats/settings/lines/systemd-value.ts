import type { Span } from "../../text/text-edit.js";
import type { SettingsFault } from "../settings-text.js";

export interface SystemdValue {
  readonly value: string;
  /** Its text, without spaces around it. */
  readonly written: Span;
  /** Where the line ends: at its line break or the end of the text. */
  readonly end: number;
  readonly fault?: SettingsFault;
}

/**
 * Reads the value from `start`, after the equals sign: quoted parts, which are joined, and then one without
 * quotes up to the end of the line.
 */
export function scanSystemdValue(text: string, start: number): SystemdValue {
  const from = skipBlanks(text, start);
  let value = "";
  let [at, kept] = [from, from];
  for (;;) {
    at = skipBlanks(text, at);
    const char = text.charAt(at);
    if (char !== "'" && char !== '"') break;
    const part = char === "'" ? singleQuoted(text, at) : doubleQuoted(text, at);
    value += part.value;
    if (part.end > text.length)
      return {
        value,
        written: { start: from, end: text.length },
        end: text.length,
        fault: open(at, "this quote is not closed"),
      };
    at = kept = part.end;
  }
  if (endsLine(text, at)) return { value, written: { start: from, end: kept }, end: at };
  const bare = unquoted(text, at);
  const fault = bare.goesOn
    ? open(text.length - 1, "nothing follows the backslash at the end of the file")
    : undefined;
  return {
    value: value + bare.value,
    written: { start: from, end: bare.kept },
    end: Math.min(bare.end, text.length),
    ...(fault && { fault }),
  };
}

interface Part {
  readonly value: string;
  /** The offset after the part; beyond the text if the part is not complete, and has all that is left. */
  readonly end: number;
}

function singleQuoted(text: string, start: number): Part {
  const close = text.indexOf("'", start + 1);
  return close < 0
    ? { value: text.slice(start + 1), end: text.length + 1 }
    : { value: text.slice(start + 1, close), end: close + 1 };
}

/**
 * A backslash is literal, except before a character that has a meaning in double quotes, and before a line
 * feed, which is removed with it.
 */
function doubleQuoted(text: string, start: number): Part {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '"') return { value, end: at + 1 };
    if (char !== "\\") {
      value += char;
      continue;
    }
    const next = text.charAt(++at);
    if (next !== "\n") value += /["\\`$]/.test(next) ? next : char + next;
  }
  return { value, end: text.length + 1 };
}

/**
 * Spaces at its end are dropped unless a backslash comes before them; a backslash removes the line break
 * after it, and at the end of the text would do so with one that is added later.
 */
function unquoted(text: string, start: number): Part & { readonly kept: number; readonly goesOn: boolean } {
  let value = "";
  let [length, kept] = [0, start];
  let at = start;
  for (; !endsLine(text, at); at++) {
    const escaped = text.charAt(at) === "\\";
    if (escaped) at++;
    const char = text.charAt(at);
    if (!(escaped && /[\r\n]/.test(char))) value += char;
    if (escaped || !/[ \t]/.test(char)) [length, kept] = [value.length, at + 1];
  }
  const goesOn = at > text.length || (at === text.length && /[\r\n]/.test(text.charAt(at - 1)));
  return { value: value.slice(0, length), kept, end: at, goesOn };
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (/[ \t]/.test(text.charAt(at))) at++;
  return at;
}

function endsLine(text: string, at: number): boolean {
  return at >= text.length || /[\r\n]/.test(text.charAt(at));
}

function open(offset: number, reason: string): SettingsFault {
  return { kind: "syntax", offset, reason };
}

/**
 * Whether Docker Compose's `env_file` gives the value that `docker run --env-file` gives. Compose reads the
 * same file by other rules: it substitutes variables, removes quotes, and drops spaces at the ends and
 * everything after ` #` (Compose's documentation of env files).
 */
export function composeReadsAlike(value: string): boolean {
  return !/\$|^["']|^#|\s#|^\s|\s$/.test(value);
}
