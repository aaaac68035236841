import { cEscape, plainEscape } from "./c-escapes.js";

/**
 * The words of a list as `systemctl show` prints it: one space between two, and in double quotes where
 * anything in a word has a meaning to a shell (shell_maybe_quote in systemd's source; some versions write
 * `$'…'` instead). Exact for what is printed by it: variables, accounts, and most paths. Pure.
 */
export function shownWords(text: string): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < text.length;) {
    if (text.charAt(at) === " ") {
      at += 1;
      continue;
    }
    const word = nextWord(text, at);
    words.push(word.text);
    at = word.end;
  }
  return words;
}

interface Word {
  readonly text: string;
  readonly end: number;
}

function nextWord(text: string, start: number): Word {
  if (text.charAt(start) === '"') return quotedWord(text, start + 1, '"');
  if (text.startsWith("$'", start)) return quotedWord(text, start + 2, "'");
  const space = text.indexOf(" ", start);
  const end = space < 0 ? text.length : space;
  return { text: text.slice(start, end), end };
}

/** Escapes may be bytes that make up one character together. */
function quotedWord(text: string, start: number, quote: string): Word {
  const parts: Buffer[] = [];
  let at = start;
  for (let plain = at; at <= text.length;) {
    const char = text.charAt(at);
    const escape = char === "\\" ? (cEscape(text, at) ?? plainEscape(text, at)) : undefined;
    if (char !== "" && char !== quote && escape === undefined) {
      at += 1;
      continue;
    }
    parts.push(Buffer.from(text.slice(plain, at)));
    if (escape === undefined) break;
    parts.push(escape.bytes);
    at = plain = escape.end;
  }
  return { text: Buffer.concat(parts).toString("utf8"), end: at + 1 };
}
