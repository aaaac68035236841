import type { Files, Host } from "../host.js";
import { joined, path, type AbsolutePath } from "../path.js";
import { isOfEndedProcess, markPattern, processMark } from "./process-mark.js";
import { randomHex } from "../random-hex.js";

export interface HomeFile {
  /** The group that may read it: the service user's. */
  readonly gid: number;
  /** Folders from the home to the file, outermost first. */
  readonly folders: readonly string[];
  readonly name: string;
  readonly content: string;
}

/** only root can write in it, and it is gone after the next boot. */
const parent = path("/run");
const pattern = new RegExp(`^knetctl-home-(${markPattern})-[0-9a-f]{12}$`);

/** Deeper than anything that is ever put there. */
const deepest = 16;

/**
 * Runs `use` with a home that holds one file, root's 0640 in folders of 0750, for a process of the group to
 * read and nobody but root to change; removes it with all it holds afterwards, whatever happened, and before
 * that what killed runs left. Every step goes by descriptors through folders of root's alone. Throws `host-…`
 * when it cannot be made; when it cannot be removed, only if nothing else went wrong.
 */
export async function withPrivateHome<T>(
  host: Pick<Host, "files">,
  file: HomeFile,
  use: (home: AbsolutePath) => Promise<T>,
): Promise<T> {
  const files = host.files();
  removeForsaken(files);
  const home = joined(parent, `knetctl-home-${processMark()}-${randomHex(12)}`);
  try {
    fill(files, home, file);
    const result = await use(home);
    removeTree(files, home, 0);
    return result;
  } finally {
    removeIfPossible(files, home);
  }
}

/** Removes the homes of this process, for when a second signal ends it. */
export function removePrivateHomes(host: Pick<Host, "files">): void {
  removeHomes(host.files(), (mark) => mark === processMark());
}

function fill(files: Files, home: AbsolutePath, { gid, folders, name, content }: HomeFile): void {
  const rights = { uid: 0, gid };
  const chain = folders.map((_, index) => joined(home, ...folders.slice(0, index + 1)));
  for (const folder of [home, ...chain]) files.createFolder(folder, { ...rights, mode: 0o750 });
  files.write(joined(home, ...folders, name), Buffer.from(content), { ...rights, mode: 0o640 });
}

function removeForsaken(files: Files): void {
  removeHomes(files, isOfEndedProcess);
}

function removeHomes(files: Files, isMeant: (mark: string) => boolean): void {
  for (const { name, kind, uid } of files.list(parent) ?? []) {
    const mark = pattern.exec(name)?.[1];
    if (mark !== undefined && kind === "folder" && uid === 0 && isMeant(mark))
      removeIfPossible(files, joined(parent, name));
  }
}

/**
 * What is left takes little space and is removed by the next run or boot: no reason to hide another failure.
 */
function removeIfPossible(files: Files, home: AbsolutePath): void {
  try {
    removeTree(files, home, 0);
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
