/**
 * What every version of YAML reads as it stands, between double quotes and in a block: printable ASCII and
 * the letters of European languages. YAML 1.1 has line breaks of its own (U+0085, U+2028, U+2029), and no
 * version takes all of Unicode.
 */
const readAsItStands = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]*$/u;
const escapedInQuotes = /[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f]|["\\]/gu;

/** A text as a double-quoted scalar: the same in YAML 1.1 and 1.2, whatever it holds. */
export function yamlText(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("only a text is written as a scalar in quotes");
  return `"${value.replace(escapedInQuotes, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    const point = char.codePointAt(0) ?? 0;
    return point > 0xffff
      ? `\\U${point.toString(16).padStart(8, "0")}`
      : `\\u${point.toString(16).padStart(4, "0")}`;
  })}"`;
}

/**
 * The same where a program looks for `$NAME` or `$(NAME)` in what it has read: Compose in every value,
 * Kubernetes in the words of a command. To both of them `$$` is a `$`.
 */
export function yamlDollars(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("only a text is written as a scalar in quotes");
  return yamlText(value.replaceAll("$", "$$$$"));
}

/** A text and the column in which its lines begin, two further in than the key. */
export interface Block {
  readonly text: string;
  readonly column: number;
}

/** A text over several lines as a literal block where it can be read there as it stands, else in quotes. */
export function yamlBlock(value: unknown): string {
  if (!isBlock(value)) throw new TypeError("a block is a text and a column");
  const { text, column } = value;
  const lines = text.split("\n");
  if (text.trim() === "" || !lines.every((line) => readAsItStands.test(line))) return yamlText(text);
  const ending = text.endsWith("\n\n") ? "+" : text.endsWith("\n") ? "" : "-";
  const shown = text.endsWith("\n") ? lines.slice(0, -1) : lines;
  const indent = " ".repeat(column);
  // the column is said, since a first line may begin with blanks of its own
  return `|2${ending}\n${shown.map((line) => (line === "" ? "" : indent + line)).join("\n")}`;
}

function isBlock(value: unknown): value is Block {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof Reflect.get(value, "text") === "string" &&
    typeof Reflect.get(value, "column") === "number"
  );
}
