/**
 * Everything that a terminal obeys or that is not seen: C0 but line break and tab, DEL, C1, soft hyphen,
 * marks and overrides of direction, other invisible characters of Unicode's category Cf, line and paragraph
 * separators, halves of surrogate pairs that stand alone, and the tags of plane
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
 * Text safe for a terminal: what it obeys or does not show (but line break and tab) as escapes. In a JSON
 * text they mean the same characters. Done once, where the program writes (terminal-output.ts); whoever
 * composes a line of text from outside sees to its line breaks, by `cleanLine`.
 */
export function cleanText(text: string): string {
  return text.replace(unseen, escaped);
}

/**
 * The same for what stands in one line: the line break that an attacker puts into a file's name is no line of
 * ours.
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
