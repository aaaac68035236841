import { shellWord } from "../formats/text/shell-word.js";
import type { Host } from "./host.js";

/** A knetctl command for a person to copy, for the same root: "knetctl rollback 7 --root /srv/image". */
export function ownCommand({ root }: Pick<Host, "root">, words: string): string {
  return `knetctl ${words}${root === "/" ? "" : ` --root ${shellWord(root)}`}`;
}
