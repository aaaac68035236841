/**
 * A text of whole lines as a here-document of a POSIX shell, to follow a command's words: nothing in it means
 * anything to the shell (2.7.4: no expansion where the delimiter is quoted), and no line ends it early.
 */
export function shellDocument(value: unknown): string {
  if (typeof value !== "string" || !value.endsWith("\n") || value.includes("\0"))
    throw new TypeError("only a text of whole lines is a here-document");
  const lines = new Set(value.split("\n"));
  const delimiters = Array.from({ length: lines.size + 1 }, (_none, at) => (at === 0 ? "END" : `END_${at}`));
  const delimiter = delimiters.find((one) => !lines.has(one)) ?? "";
  return `<<'${delimiter}'\n${value}${delimiter}`;
}
