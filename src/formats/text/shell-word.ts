/** The text as one word of a POSIX shell, for commands that a person copies. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command for root to copy, for a folder that others may replace with a link in the meantime: it runs in
 * the folder that the path itself leads to, following no link, or not at all. It works on `.` or `./NAME`.
 */
export function inFolder(folder: string, command: string): string {
  const word = shellWord(folder);
  return `(cd -P ${word} && [ "$(pwd -P)" = ${word} ] && ${command})`;
}

/**
 * How root gives a service user a text that somebody has checked: the user writes it, so that a link cannot
 * misdirect root's rights.
 */
export function writtenBy(user: string, file: string): string {
  return `runuser -u ${shellWord(user)} -- sh -c 'umask 077; cat > "$0"' ${shellWord(file)} < COPY`;
}

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
