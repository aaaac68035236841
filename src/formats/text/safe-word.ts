/**
 * A word that means itself in every syntax that a template may have: letters, digits, and a few signs in the
 * middle. For names that knetctl has made; throws a TypeError for any other text.
 */
export function safeWord(value: unknown): string {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (typeof value === "string" && /^[A-Za-z0-9/](?:[A-Za-z0-9._/:@-]*[A-Za-z0-9])?$/.test(value))
    return value;
  throw new TypeError("this is not a word that means itself everywhere");
}

/**
 * A text as a JSON string in which nothing but its own quotes and backslashes means anything to a shell, to a
 * Containerfile or in a comment: what is not a letter, a digit or a harmless sign is escaped.
 */
export function plainJson(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("only a string can be written as a JSON string");
  return withoutSigns(JSON.stringify(value));
}

/** JSON on one line, with all its strings like that, between single quotes: one word of a shell. */
export function quotedJson(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("only JSON's text is written as JSON");
  JSON.parse(value);
  if (/[\r\n]/.test(value)) throw new TypeError("it is to be on one line");
  return `'${withoutSigns(value)}'`;
}

/** Outside of its strings JSON has none of these characters, and in a string their escapes mean the same. */
function withoutSigns(json: string): string {
  return json.replace(/[^A-Za-z0-9 _.,:;/@+=()[\]{}*?!^|"\\-]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
