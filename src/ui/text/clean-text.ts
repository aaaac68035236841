/**
 * Everything that a terminal interprets or does not show: C0 except line break and tab, DEL, C1, soft hyphen,
 * directional marks and overrides, other invisible characters of Unicode's category Cf, line and paragraph
 * separators, unpaired surrogates, and the tags of plane
 * 14. Written out: patterns with \p take long to compile.
 */
const unseen = new RegExp(
  [
    "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e" +
      "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]",
    "\\udb40[\\udc00-\\udfff]",
    "[\\ud800-\\udbff](?![\\udc00-\\udfff])",
    "(?<![\\ud800-\\udbff])[\\udc00-\\udfff]",
  ].join("|"),
  "g",
);

/**
 * Text that is safe for a terminal: what it interprets or does not show, except line break and tab, as
 * escapes. In a JSON text these mean the same characters. Done once, where the program writes
 * (terminal-output.ts); code that composes a line from outside text takes care of line breaks in it with
 * `cleanLine`.
 */
export function cleanText(text: string): string {
  return text.replace(unseen, escaped);
}

/**
 * The same for text within one line: a line break that an attacker puts in a file's name must not start a
 * line that looks like knetctl's.
 */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\t\n]/g, escaped);
}

function escaped(characters: string): string {
  return Array.from(
    { length: characters.length },
    (_unit, at) => `\\u${characters.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}
