import { constants, fchmodSync, fchownSync, fsyncSync, renameSync, writeSync } from "node:fs";
import { modeText } from "../../formats/text/mode-text.js";
import { Problem } from "../../problem/problem.js";
import { sizeLimits } from "../size-limits.js";
import { at, entryAt, entryOfDescriptor, isSame, withDescriptor } from "./descriptor.js";
import { withDraft, withDraftOf, type Draft, type WithModel } from "./draft.js";
import { asFileProblem } from "./file-problem.js";
import type { Edit, Entry, Rights } from "../host.js";
import { folderOf, joined, nameOf, type AbsolutePath } from "../path.js";
import { readAt } from "./look.js";
import { refuseDefaultAcl, removeStaleTemporaries, withPrivateUmask } from "./temporary.js";
import { notAFile } from "./trust.js";
import { changed, requireSameFolder, withFolder, type Folder, type Tree } from "./walk.js";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

/**
 * Puts a file in place: readers see the old content or the new, complete, never with wider rights than
 * `rights`. The existing file is replaced, not written to, and must be a regular file. Both content and name
 * are on disk on return; if only the name may not be, the problem is `host-durability-unknown`, and the new
 * file is there. An `edit` keeps the file's other attributes, and checks its content when everything is
 * ready, so that somebody who edits it in the meantime on a slow disk loses nothing.
 */
export function writeIn(
  tree: Tree,
  path: AbsolutePath,
  bytes: Uint8Array,
  rights: Rights,
  edit?: Edit,
): void {
  if (edit === undefined) putIn(tree, path, bytes, rights, { check: () => undefined });
  else
    putIn(tree, path, bytes, rights, {
      model: (folder, name, before) => before && standing(folder, name, before),
      check: (folder, name) => {
        edit(readAt(tree, folder, name, sizeLimits.text));
      },
    });
}

/** The existing file, open: it must still be the one that was seen. */
function standing(folder: Folder, name: string, before: Entry): WithModel {
  return (use) => {
    withDescriptor(at(folder.fd, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, (fd) => {
      if (!isSame(entryOfDescriptor(fd), before))
        throw changed(joined(folder.path, name), "another file took its place in the meantime");
      use(fd);
    });
  };
}

/** How a file that is put in place depends on existing files. */
export interface Putting {
  /** The file whose attributes it is to have; undefined: it has none. */
  readonly model?: (folder: Folder, name: string, before: Entry | undefined) => WithModel | undefined;
  /** Looks at what stands there, when all is ready, and throws where it must stay. */
  readonly check: (folder: Folder, name: string, draft: number) => void;
}

/** Puts a file in place, as `writeIn` promises. */
export function putIn(tree: Tree, path: AbsolutePath, bytes: Uint8Array, rights: Rights, how: Putting): void {
  const folderPath = folderOf(path);
  const done = withFolder(tree, folderPath, "change", (folder) => {
    withPrivateUmask(() => {
      replace(tree, folder, nameOf(path), bytes, rights, how);
    });
    requireSameFolder(tree, folderPath, folder);
    return true;
  });
  if (done === undefined) throw folderMissing(folderPath);
}

export function folderMissing(path: AbsolutePath): Problem {
  return new Problem("host-folder-missing", "the folder does not exist", {
    where: { path },
    hint: "create it, or check that the path is the one you mean",
  });
}

/**
 * Makes a folder's names durable. The change is already visible, so a failure here must not read as
 * "unchanged".
 */
export function syncFolder(folder: Folder): void {
  try {
    withDescriptor(at(folder.fd, "."), O_RDONLY | O_DIRECTORY, fsyncSync);
  } catch (cause) {
    throw new Problem("host-durability-unknown", "the change is made, but may not survive a power cut", {
      where: { path: folder.path },
      detail: "the folder could not be synchronised to the disk",
      hint: "look for disk errors in dmesg, then run again",
      cause,
    });
  }
}

function replace(
  tree: Tree,
  folder: Folder,
  name: string,
  bytes: Uint8Array,
  rights: Rights,
  { model, check }: Putting,
): void {
  const path = joined(folder.path, name);
  const before = entryAt(folder.fd, name);
  refuseOtherThanFile(before, path);
  removeStaleTemporaries(folder);
  refuseDefaultAcl(folder);
  const put = (draft: Draft): void => {
    fill(draft, bytes, rights, path);
    const written = entryOfDescriptor(draft.fd);
    requireSameFolder(tree, folder.path, folder);
    check(folder, name, draft.fd);
    renameSync(draft.at, at(folder.fd, name));
    if (!isSame(entryAt(folder.fd, name), written))
      throw changed(path, "another file took the place of the new one");
  };
  const withModel = model?.(folder, name, before);
  if (withModel === undefined) withDraft(folder, put);
  else withDraftOf(folder, path, withModel, put);
  syncFolder(folder);
}

function fill({ fd, dress }: Draft, bytes: Uint8Array, rights: Rights, path: AbsolutePath): void {
  for (let offset = 0; offset < bytes.length;) {
    offset += writeSync(fd, bytes, offset, bytes.length - offset, offset);
  }
  // the owner first: chown(2) clears set-id bits
  asFileProblem(path, () => {
    fchownSync(fd, rights.uid, rights.gid);
  });
  dress();
  fchmodSync(fd, rights.mode);
  requireRights(entryOfDescriptor(fd), rights, path);
  fsyncSync(fd);
}

/**
 * Some file systems accept chown and chmod but do nothing (vfat, some network ones): the rights are then not
 * what was promised.
 */
export function requireRights(entry: Entry, rights: Rights, path: AbsolutePath): void {
  if (entry.mode === rights.mode && entry.uid === rights.uid && entry.gid === rights.gid) return;
  throw new Problem("host-file-immutable", "the file system did not accept the owner or mode", {
    where: { path },
    detail:
      `wanted ${rights.uid}:${rights.gid} ${modeText(rights.mode)}, got ${entry.uid}:${entry.gid} ` +
      modeText(entry.mode),
    hint: "use a file system that keeps Unix owners and modes",
  });
}

function refuseOtherThanFile(entry: Entry | undefined, path: AbsolutePath): void {
  if (entry !== undefined && entry.kind !== "file") throw notAFile(entry, path);
}
