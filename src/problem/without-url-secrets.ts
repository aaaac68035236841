/**
 * How a URL begins: a scheme that needs no slash (WHATWG URL), or any other scheme with a single slash, which
 * is what remains of two when the URL was normalised as a path.
 */
const beginning = /(?:https?|wss?|ftp):|[a-z\d+.-]:[/\\]/i;
const slash = /[/\\]/;
const afterAuthority = /[/\\?#]/g;
const afterPath = /[?#]/g;
const closing = `"'\`)]}>,.;:!`;
/** What may come before a user's name in a word without a scheme. */
const openings = `/"'\`=([{<,`;

/**
 * The text without the secrets that URLs in it can contain: an ellipsis replaces user and password, query,
 * and fragment. The text may come from a hostile file, so it is scanned word by word, and no pattern runs
 * over all of it. Applied to every problem, so that no caller has to remember it.
 */
export function withoutUrlSecrets(text: string): string {
  return /[@?#]/.test(text) ? text.replace(/\S+/g, (word) => urlCut(word) ?? userCut(word)) : text;
}

/**
 * The same for a text that is a single value, such as a path or the value of a key: a URL in it continues
 * past a space or line break.
 */
export function valueWithoutUrlSecrets(value: string): string {
  return urlCut(value) ?? value;
}

/**
 * Undefined where no URL begins. Everything to the end counts as part of the first one: where a word contains
 * two, no more of the second is shown.
 */
function urlCut(word: string): string | undefined {
  const found = word.includes(":") ? beginning.exec(word) : null;
  if (found === null) return undefined;
  let start = found.index + found[0].length;
  while (slash.test(word.charAt(start))) start++;
  const at = word.lastIndexOf("@");
  // a password may contain characters that end an authority; which part is secret is then unclear
  if (at >= next(afterAuthority, word, start)) return `${word.slice(0, start)}…${closedBy(word)}`;
  const rest = Math.max(at, start);
  const end = next(afterPath, word, rest);
  const shown = `${word.slice(0, start)}${at > start ? "…" : ""}${word.slice(rest, end + 1)}`;
  const close = closedBy(word);
  return end + 1 + close.length < word.length ? `${shown}…${close}` : `${shown}${word.slice(end + 1)}`;
}

/** `user:secret@host`, as in a URL whose scheme was forgotten. */
function userCut(word: string): string {
  const [colon, at] = [word.indexOf(":"), word.lastIndexOf("@")];
  if (colon < 1 || at <= colon + 1) return word;
  let start = colon;
  while (start > 0 && !openings.includes(word.charAt(start - 1))) start--;
  return start === colon ? word : `${word.slice(0, start)}…${word.slice(at)}`;
}

/** The first match at or after `from`; the end of the text if there is none. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** Quotes, brackets and full stops at the end of a word belong to the sentence. */
function closedBy(word: string): string {
  let start = word.length;
  while (start > 0 && closing.includes(word.charAt(start - 1))) start--;
  return word.slice(start);
}
