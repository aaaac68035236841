import { rmdirSync, unlinkSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import type { Entry } from "../host.js";
import { at, entryAt, isSame } from "./descriptor.js";
import { folderOf, nameOf, type AbsolutePath } from "../path.js";
import { removeStaleTemporaries } from "./temporary.js";
import { article, notAFile } from "./trust.js";
import { changed, withFolder, type Folder, type Tree } from "./walk.js";
import { syncFolder } from "./write-file.js";

/**
 * Removes a file's or link's name; does nothing if it is missing. Never removes a folder or what a link
 * points to, and with `observed` nothing that has changed since.
 */
export function removeIn(tree: Tree, path: AbsolutePath, observed?: Entry): void {
  removeName(tree, path, (folder, name) => {
    const entry = entryAt(folder.fd, name);
    if (entry === undefined) return;
    if (entry.kind !== "file" && entry.kind !== "link") throw notAFile(entry, path);
    if (observed !== undefined && !isAsObserved(entry, observed))
      throw changed(path, "it is not as it was when it was looked at");
    unlinkSync(at(folder.fd, name));
  });
}

function isAsObserved(entry: Entry, observed: Entry): boolean {
  return (
    isSame(entry, observed) &&
    entry.size === observed.size &&
    entry.mode === observed.mode &&
    entry.uid === observed.uid &&
    entry.gid === observed.gid
  );
}

/** Removes an empty folder; does nothing if it is missing. */
export function removeFolderIn(tree: Tree, path: AbsolutePath): void {
  removeName(tree, path, (folder, name) => {
    const entry = entryAt(folder.fd, name);
    if (entry === undefined) return;
    if (entry.kind !== "folder") {
      throw new Problem("host-not-a-folder", `${article[entry.kind]} is where a folder should be`, {
        where: { path },
        hint: "find out who put it there, and move it away",
      });
    }
    rmdirSync(at(folder.fd, name));
  });
}

/** Removes the temporaries that a killed run left in a folder; does nothing if the folder is missing. */
export function removeTemporariesIn(tree: Tree, path: AbsolutePath): void {
  withFolder(tree, path, "change", removeStaleTemporaries);
}

function removeName(tree: Tree, path: AbsolutePath, remove: (folder: Folder, name: string) => void): void {
  withFolder(tree, folderOf(path), "change", (folder) => {
    try {
      remove(folder, nameOf(path));
    } catch (error) {
      if (errorCode(error) === "ENOENT") return;
      if (errorCode(error) === "ENOTEMPTY") throw notEmpty(path);
      throw error;
    }
    syncFolder(folder);
  });
}

function notEmpty(path: AbsolutePath): Problem {
  return new Problem("host-folder-not-empty", "the folder is not empty, so it is left in place", {
    where: { path },
    hint: "find out what is in it, and who put it there",
  });
}
