import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";

/** The text as one word of a POSIX shell, for commands that a person copies. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same for a path of the host, as a person at this machine's shell names it: with `--root`, below that folder. */
export function shellPath({ root }: Pick<Host, "root">, path: AbsolutePath): string {
  return shellWord(root === "/" ? path : root + path);
}
