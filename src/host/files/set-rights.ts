import { constants, fchmodSync, fchownSync, fsyncSync } from "node:fs";
import { at, entryAt, entryOfDescriptor, isSame, withDescriptor } from "./descriptor.js";
import type { Entry, Mode, Rights } from "../host.js";
import { folderOf, nameOf, type AbsolutePath } from "../path.js";
import { foreignOwner, hardLinked, notAFile } from "./trust.js";
import { changed, requireSameFolder, withFolder, type Tree } from "./walk.js";
import { requireRights } from "./write-file.js";
import { setIdBits } from "../mode-bits.js";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

export function setOwnerIn(
  tree: Tree,
  path: AbsolutePath,
  observed: Entry,
  owner: Pick<Rights, "uid" | "gid">,
): void {
  onObserved(tree, path, observed, (fd, now) => {
    fchownSync(fd, owner.uid, owner.gid);
    // chown(2) clears a file's set-id bits, and they stay cleared: the old owner's program must not run as
    // the new owner
    const mode = now.kind === "file" ? now.mode & ~setIdBits : now.mode;
    fchmodSync(fd, mode);
    requireRights(entryOfDescriptor(fd), { ...owner, mode }, path);
  });
}

export function setModeIn(tree: Tree, path: AbsolutePath, observed: Entry, mode: Mode): void {
  onObserved(tree, path, observed, (fd, now) => {
    fchmodSync(fd, mode);
    requireRights(entryOfDescriptor(fd), { uid: now.uid, gid: now.gid, mode }, path);
  });
}

/**
 * Runs with a descriptor of exactly the entry that was observed: by its inode, never by its name, which the
 * folder's owner may since have given to another file.
 */
export function onObserved(
  tree: Tree,
  path: AbsolutePath,
  observed: Entry,
  work: (fd: number, now: Entry) => void,
): void {
  const folderPath = folderOf(path);
  const done = withFolder(tree, folderPath, "change", (folder) => {
    const entry = entryAt(folder.fd, nameOf(path));
    if (entry === undefined || !isSame(entry, observed))
      throw changed(path, "it is not the entry that was looked at before");
    requireChangeable(tree, entry, path);
    withDescriptor(at(folder.fd, nameOf(path)), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, (fd) => {
      const now = entryOfDescriptor(fd);
      if (!isSame(now, observed)) throw changed(path, "it was replaced while it was being opened");
      if (now.uid !== observed.uid || now.gid !== observed.gid || now.mode !== observed.mode)
        throw changed(path, "its owner or mode was changed since it was looked at");
      requireChangeable(tree, now, path);
      work(fd, now);
      fsyncSync(fd);
    });
    if (!isSame(entryAt(folder.fd, nameOf(path)), observed))
      throw changed(path, "another file took its place in the meantime");
    requireSameFolder(tree, folderPath, folder);
    return true;
  });
  if (done === undefined) throw changed(path, "its folder is gone");
}

/** A file that has a second name, or that belongs to somebody else, must not be given new rights. */
function requireChangeable(tree: Tree, entry: Entry, path: AbsolutePath): void {
  if (entry.kind !== "file" && entry.kind !== "folder") throw notAFile(entry, path);
  if (entry.kind === "file" && entry.links > 1) throw hardLinked(entry, path);
  if (tree.owners.has(entry.uid)) return;
  const what = entry.kind === "folder" ? "folder" : "file";
  throw foreignOwner(entry, path, `the ${what} belongs to somebody else`);
}
