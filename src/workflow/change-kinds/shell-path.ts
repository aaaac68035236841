import { shellWord } from "../../formats/shell-word.js";
import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";

/** A path of the host as one word of a shell, as a person at this machine names it: with `--root`, below that folder. */
export function shellPath({ root }: Pick<Host, "root">, path: AbsolutePath): string {
  return shellWord(root === "/" ? path : root + path);
}
