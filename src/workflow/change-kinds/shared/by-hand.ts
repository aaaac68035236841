import { inFolder, shellWord } from "../../../formats/text/shell-word.js";
import type { Host } from "../../../host/host.js";
import { type AbsolutePath, folderOf, nameOf } from "../../../host/path.js";
import type { CommonChange } from "../../change-kind.js";

/**
 * A path of the host as one shell word, as a person at this machine names it: with `--root`, below that
 * folder.
 */
export function shellPath({ root }: Pick<Host, "root">, path: AbsolutePath): string {
  return shellWord(root === "/" ? path : root + path);
}

/**
 * A command on a change's path, given as one word. Where the service user can replace folders on the way, it
 * runs in the path's own folder: root must not be misdirected by hand any more than by the program.
 */
export function commandAt(
  { root }: Pick<Host, "root">,
  { path, trusting }: Pick<CommonChange, "path" | "trusting">,
  command: (word: string) => string,
): string {
  if (trusting === undefined) return command(shellPath({ root }, path));
  return inFolder(
    root === "/" ? folderOf(path) : root + folderOf(path),
    command(shellWord(`./${nameOf(path)}`)),
  );
}
