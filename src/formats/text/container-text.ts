/**
 * A text as one word of a Containerfile's ENV: between double quotes, where its parser replaces `$NAME` and
 * knows `\` as an escape. It has no escape for what breaks a line, which is refused with a TypeError.
 */
export function containerWord(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("only a text is written as a word");
  if (/[\x00-\x1f\x7f]/.test(value)) throw new TypeError("a Containerfile has no escape for this");
  return `"${value.replace(/["\\$]/g, String.raw`\$&`)}"`;
}
