import {
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lchownSync,
  mkdirSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { Problem } from "../../problem/problem.js";
import { at, entryAt, entryOfDescriptor, isSame, withDescriptor } from "./descriptor.js";
import { requireOwnNew } from "./draft.js";
import type { Entry, Rights } from "../host.js";
import { folderOf, joined, nameOf, type AbsolutePath } from "../path.js";
import {
  isTaken,
  refuseDefaultAcl,
  removeQuietly,
  removeStaleTemporaries,
  temporaryName,
  withPrivateUmask,
} from "./temporary.js";
import { article, isRootsAlone, type Owners } from "./trust.js";
import { changed, requireSameFolder, withFolder, type Folder, type Tree } from "./walk.js";
import { folderMissing, requireRights, syncFolder } from "./write-file.js";
import { privateModes } from "../rights.js";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

/** Makes one folder; nobody else can look into it before it has its final rights. */
export function createFolderIn(tree: Tree, path: AbsolutePath, rights: Rights): void {
  inFolderOf(tree, path, (parent) => {
    refuseDefaultAcl(parent);
    makeFolder(parent, nameOf(path), rights);
    syncFolder(parent);
  });
}

/**
 * Makes a symbolic link, replacing another link (only the observed one, if one is named) or nothing. Only
 * where root alone can write: elsewhere the owner of the folder could make root give away a file other than
 * the link.
 */
export function createLinkIn(
  tree: Tree,
  path: AbsolutePath,
  target: string,
  owner: Pick<Rights, "uid" | "gid">,
  observed?: Entry | null,
): void {
  inFolderOf(tree, path, (parent) => {
    requireRootsAlone(parent, tree.owners);
    const standing = entryAt(parent.fd, nameOf(path));
    if (standing !== undefined && (standing.kind !== "link" || observed === null))
      throw taken(path, article[standing.kind]);
    if (observed !== undefined && observed !== null && !isSame(standing, observed))
      throw changed(path, "it is not the link that was looked at before");
    const temporary = temporaryName();
    try {
      symlinkSync(target, at(parent.fd, temporary));
      lchownSync(at(parent.fd, temporary), owner.uid, owner.gid);
      renameSync(at(parent.fd, temporary), at(parent.fd, nameOf(path)));
    } catch (error) {
      removeQuietly(parent, temporary);
      throw error;
    }
    syncFolder(parent);
  });
}

function inFolderOf(tree: Tree, path: AbsolutePath, work: (parent: Folder) => void): void {
  const parentPath = folderOf(path);
  const done = withFolder(tree, parentPath, "change", (parent) => {
    removeStaleTemporaries(parent);
    withPrivateUmask(() => {
      work(parent);
    });
    requireSameFolder(tree, parentPath, parent);
    return true;
  });
  if (done === undefined) throw folderMissing(parentPath);
}

function makeFolder(parent: Folder, name: string, rights: Rights): void {
  const path = joined(parent.path, name);
  try {
    mkdirSync(at(parent.fd, name), privateModes.folder);
  } catch (error) {
    if (!isTaken(error)) throw error;
    throw taken(path, article[entryAt(parent.fd, name)?.kind ?? "file"]);
  }
  withDescriptor(at(parent.fd, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, (fd) => {
    requireOwnNew(fd, path);
    fchownSync(fd, rights.uid, rights.gid);
    fchmodSync(fd, rights.mode);
    requireRights(entryOfDescriptor(fd), rights, path);
    fsyncSync(fd);
  });
}

function requireRootsAlone(parent: Folder, owners: Owners): void {
  const own = process.geteuid?.() ?? 0;
  if (isRootsAlone(parent) || (own !== 0 && owners.has(parent.entry.uid))) return;
  throw new Problem("host-untrusted-folder", "links are made only in folders that belong to root alone", {
    where: { path: parent.path },
    hint: "somebody else can write there: find out who, then make the link by hand",
  });
}

function taken(path: AbsolutePath, what: string): Problem {
  return new Problem("host-entry-exists", `${what} of that name is already there`, {
    where: { path },
    hint: "find out what it is and who put it there, then move it away",
  });
}
