import type { Host } from "../host/host.js";
import { shellWord } from "./change-kinds/shell-word.js";

type Root = Pick<Host, "root">;

/** A command of knetctl's own for a person to copy, for the same root: "knetctl rollback 7 --root /srv/image". */
export function ownCommand({ root }: Root, words: string): string {
  return `knetctl ${words}${root === "/" ? "" : ` --root ${shellWord(root)}`}`;
}

/** A shell command whose paths are as seen from inside the root. */
export function commandInside({ root }: Root, command: string): string {
  return root === "/" ? command : `chroot ${shellWord(root)} ${command}`;
}
