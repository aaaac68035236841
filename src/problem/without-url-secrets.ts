/**
 * How a URL begins: a scheme that needs no slash to be one (WHATWG URL), or any other with one slash, which
 * is left of two where it was taken for a path.
 */
const beginning = /(?:https?|wss?|ftp):|[a-z\d+.-]:[/\\]/i;
const slash = /[/\\]/;
const afterAuthority = /[/\\?#]/g;
const afterPath = /[?#]/g;
const closing = `"'\`)]}>,.;:!`;
/** What may stand before a user's name in a word that has no scheme. */
const openings = `/"'\`=([{<,`;

/**
 * Text without what URLs in it can hold of secrets: user and password, query, fragment. An ellipsis stands
 * for them. Word by word, each looked at from one end to the other, since the text may be a hostile file's:
 * no pattern runs over all of it. Done to every problem, so nobody has to think of it.
 */
export function withoutUrlSecrets(text: string): string {
  return /[@?#]/.test(text) ? text.replace(/\S+/g, (word) => urlCut(word) ?? userCut(word)) : text;
}

/**
 * The same for a text that is one value, as a path or what stands under a key: a URL in it goes on behind a
 * blank or line break.
 */
export function valueWithoutUrlSecrets(value: string): string {
  return urlCut(value) ?? value;
}

/**
 * Undefined where no URL begins. All to the end counts as the first one's: where two stand in a word, no more
 * of the second is shown.
 */
function urlCut(word: string): string | undefined {
  const found = beginning.exec(word);
  if (found === null) return undefined;
  let start = found.index + found[0].length;
  while (slash.test(word.charAt(start))) start++;
  const at = word.lastIndexOf("@");
  // a password may hold what ends an authority; which part is secret is not clear then
  if (at >= next(afterAuthority, word, start)) return `${word.slice(0, start)}…${closedBy(word)}`;
  const rest = Math.max(at, start);
  const end = next(afterPath, word, rest);
  const shown = `${word.slice(0, start)}${at > start ? "…" : ""}${word.slice(rest, end + 1)}`;
  const close = closedBy(word);
  return end + 1 + close.length < word.length ? `${shown}…${close}` : `${shown}${word.slice(end + 1)}`;
}

/** `user:secret@host`, as of a URL whose scheme was forgotten. */
function userCut(word: string): string {
  const [colon, at] = [word.indexOf(":"), word.lastIndexOf("@")];
  if (colon < 1 || at <= colon + 1) return word;
  let start = colon;
  while (start > 0 && !openings.includes(word.charAt(start - 1))) start--;
  return start === colon ? word : `${word.slice(0, start)}…${word.slice(at)}`;
}

/** Where the pattern matches from `from` on; the text's end where it does not. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** The quotes, brackets and stops that a word ends in belong to the sentence. */
function closedBy(word: string): string {
  let start = word.length;
  while (start > 0 && closing.includes(word.charAt(start - 1))) start--;
  return word.slice(start);
}
