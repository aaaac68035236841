/** The text as one word of a POSIX shell, for commands that a person copies. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command for root to copy, in a folder that others may exchange for a link meanwhile: it runs where the
 * path itself leads, no link followed, or not at all. What it works on is `.` or `./NAME`.
 */
export function inFolder(folder: string, command: string): string {
  const word = shellWord(folder);
  return `(cd -P ${word} && [ "$(pwd -P)" = ${word} ] && ${command})`;
}

/**
 * How root gives a service user a text that somebody looked at: the user writes it, who has no right there
 * that a link could lead astray.
 */
export function writtenBy(user: string, file: string): string {
  return `runuser -u ${shellWord(user)} -- sh -c 'umask 077; cat > "$0"' ${shellWord(file)} < COPY`;
}
