import type { Host } from "../host/host.js";
import { shellWord } from "../formats/text/shell-word.js";

/**
 * A command of knetctl's own for a person to copy, for the same root: "knetctl rollback 7 --root /srv/image".
 */
export function ownCommand({ root }: Pick<Host, "root">, words: string): string {
  return `knetctl ${words}${root === "/" ? "" : ` --root ${shellWord(root)}`}`;
}
