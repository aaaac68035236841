import type { Files } from "../host.js";
import { joined, path, type AbsolutePath } from "../path.js";
import { randomHex } from "../random-hex.js";
import { isOfEndedProcess, markPattern, processMark } from "./process-mark.js";

/** What a folder is for: a client's home, or what a transient unit is shown. */
type Purpose = "home" | "unit";

/** only root can write in it, and it is gone after the next boot. */
const parent = path("/run");
const pattern = new RegExp(`^knetctl-(?:home|unit)-(${markPattern})-[0-9a-f]{12}$`);

/** Deeper than anything that is ever put there. */
const deepest = 16;

/**
 * Runs `use` with the name of a folder that `fill` makes, and removes it with all it holds afterwards,
 * whatever happened, and before that what killed runs left. Every step goes by descriptors through folders of
 * root's alone. Throws `host-…` when it cannot be made; when it cannot be removed, only if nothing else went
 * wrong.
 */
export async function withOwnFolder<T>(
  files: Files,
  purpose: Purpose,
  fill: (folder: AbsolutePath) => void,
  use: (folder: AbsolutePath) => Promise<T>,
): Promise<T> {
  removeFolders(files, isOfEndedProcess);
  const folder = joined(parent, `knetctl-${purpose}-${processMark()}-${randomHex(12)}`);
  try {
    fill(folder);
    const result = await use(folder);
    removeTree(files, folder, 0);
    return result;
  } finally {
    removeIfPossible(files, folder);
  }
}

/** Removes the folders of this process, for when a second signal ends it. */
export function removeOwnFolders(files: Files): void {
  removeFolders(files, (mark) => mark === processMark());
}

function removeFolders(files: Files, isMeant: (mark: string) => boolean): void {
  for (const { name, kind, uid } of files.list(parent) ?? []) {
    const mark = pattern.exec(name)?.[1];
    if (mark !== undefined && kind === "folder" && uid === 0 && isMeant(mark))
      removeIfPossible(files, joined(parent, name));
  }
}

/**
 * What is left takes little space and is removed by the next run or boot: no reason to hide another failure.
 */
function removeIfPossible(files: Files, folder: AbsolutePath): void {
  try {
    removeTree(files, folder, 0);
  } catch {
    // for a later run to remove
  }
}

/**
 * A service user that is root may have put more there. Nothing of another kind than files, links and folders
 * is removed.
 */
function removeTree(files: Files, folder: AbsolutePath, depth: number): void {
  for (const { name, kind } of files.list(folder) ?? []) {
    if (kind === "folder" && depth < deepest) removeTree(files, joined(folder, name), depth + 1);
    else files.remove(joined(folder, name));
  }
  files.removeFolder(folder);
}
