import { constants, fsyncSync, ftruncateSync, writeSync } from "node:fs";
import { at, entryAt, entryOfDescriptor, isSame, withDescriptor } from "./descriptor.js";
import type { Entry } from "../host.js";
import { folderOf, joined, nameOf, type AbsolutePath } from "../path.js";
import { hardLinked, notAFile } from "./trust.js";
import { changed, withFolder, type Folder, type Tree } from "./walk.js";
import { folderMissing } from "./write-file.js";

const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Makes the bytes follow a file that this program has written, as it left it: what a write that failed may
 * have left beyond that is cut off. On the disk on return; the entry as it is then. A power cut meanwhile
 * leaves the file as it was, followed by nothing or by some of the bytes, with zeros for those that did not
 * reach the disk. Where the system refuses, the file is as it was, as far as the system still lets it be.
 */
export function extendIn(tree: Tree, path: AbsolutePath, observed: Entry, bytes: Uint8Array): Entry {
  const done = withFolder(tree, folderOf(path), "change", (folder) =>
    extended(folder, nameOf(path), observed, bytes),
  );
  if (done === undefined) throw folderMissing(folderOf(path));
  return done;
}

function extended(folder: Folder, name: string, observed: Entry, bytes: Uint8Array): Entry {
  const path = joined(folder.path, name);
  const entry = entryAt(folder.fd, name);
  // of another kind, opening it could act on it
  if (entry !== undefined && entry.kind !== "file") throw notAFile(entry, path);
  return withDescriptor(at(folder.fd, name), O_WRONLY | O_NOFOLLOW | O_NONBLOCK, (fd) => {
    const opened = entryOfDescriptor(fd);
    if (!isSame(opened, observed)) throw changed(path, "another file took its place");
    if (opened.links !== 1) throw hardLinked(opened, path);
    if (opened.size < observed.size) throw changed(path, "it was cut off");
    if (opened.size > observed.size) ftruncateSync(fd, observed.size);
    append(fd, observed.size, bytes);
    return { ...opened, size: observed.size + bytes.length };
  });
}

function append(fd: number, size: number, bytes: Uint8Array): void {
  try {
    for (let offset = 0; offset < bytes.length;)
      offset += writeSync(fd, bytes, offset, bytes.length - offset, size + offset);
    fsyncSync(fd);
  } catch (error) {
    cutQuietly(fd, size);
    throw error;
  }
}

/** The failure itself is what the user is told; what is left is cut off by the next one. */
function cutQuietly(fd: number, size: number): void {
  try {
    ftruncateSync(fd, size);
  } catch {
    // known by its size, and by its last line
  }
}
