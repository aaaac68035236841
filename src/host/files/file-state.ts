import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import type { Entry, FileState } from "../host.js";
import { folderOf, nameOf, type AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";
import { tooLarge, withFileAt } from "./look.js";
import { withFolder, type Folder, type Tree } from "./walk.js";

const chunkBytes = 1024 ** 2;

/** A regular file with the hash of its content; undefined when missing. A link at the end is not followed. */
export function stateIn(tree: Tree, path: AbsolutePath): FileState | undefined {
  return withFolder(tree, folderOf(path), "look", (folder) => stateAt(tree, folder, nameOf(path)));
}

/** The same of a name in an open folder. */
export function stateAt(tree: Tree, folder: Folder, name: string): FileState | undefined {
  return withFileAt(tree, folder, name, hashed);
}

function hashed(fd: number, opened: Entry, path: AbsolutePath): FileState {
  if (opened.size > sizeLimits.installed) throw tooLarge(path, opened.size, sizeLimits.installed);
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, opened.size + 1));
  let size = 0;
  for (;;) {
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) return { ...opened, size, sha256: hash.digest("hex") };
    hash.update(chunk.subarray(0, count));
    size += count;
    if (size > sizeLimits.installed) throw tooLarge(path, size, sizeLimits.installed);
  }
}
