import { createHash } from "node:crypto";
import { constants, readdirSync, readlinkSync, readSync, lstatSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import { at, atBytes, entryAt, entryOf, entryOfDescriptor, isSame, withDescriptor } from "./descriptor.js";
import type { Entry, FileState, NamedEntry, UseParts } from "../host.js";
import { folderOf, joined, nameOf, type AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";
import { notAFile, requireTrustedFile } from "./trust.js";
import { linkTarget, tooManyLinks, withFolder, type Folder, type Tree } from "./walk.js";
import { mebibyte } from "../../formats/units.js";

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
/** How many links at the end, and replacements while opening, are tolerated before giving up. */
const mostTurns = 40;
const chunkBytes = 64 * 1024;
/** Read at a time where only the hash is wanted. */
const hashedBytes = mebibyte;

/** The entry itself; undefined if it or a folder on the way is missing. */
export function entryIn(tree: Tree, path: AbsolutePath): Entry | undefined {
  if (path === "/") return withFolder(tree, path, "look", (folder) => folder.entry);
  return withFolder(tree, folderOf(path), "look", (folder) => entryAt(folder.fd, nameOf(path)));
}

/** Names that are not UTF-8 contain replacement characters, and cannot be used to find the entry again. */
export function listIn(tree: Tree, path: AbsolutePath): readonly NamedEntry[] | undefined {
  return withFolder(tree, path, "look", (folder) => {
    const entries = readdirSync(at(folder.fd, "."), { encoding: "buffer" }).flatMap((name) => {
      const stats = lstatSync(atBytes(folder.fd, name), { bigint: true, throwIfNoEntry: false });
      return stats === undefined ? [] : [{ name: name.toString("utf8"), ...entryOf(stats) }];
    });
    return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  });
}

export function linkTextIn(tree: Tree, path: AbsolutePath): string | undefined {
  return withFolder(tree, folderOf(path), "look", (folder) => {
    const entry = entryAt(folder.fd, nameOf(path));
    if (entry === undefined) return undefined;
    if (entry.kind !== "link")
      throw new Problem("host-not-a-file", "not a symbolic link", { where: { path } });
    return readlinkSync(at(folder.fd, nameOf(path)));
  });
}

/**
 * Content of a regular file of a trusted owner; undefined when missing. A link at the end is followed like
 * those on the way: only if root alone could have made it. Nothing is opened before it is known to be a
 * regular file: opening a device acts on it.
 */
export function readIn(tree: Tree, path: AbsolutePath, maxBytes: number): Buffer | undefined {
  return contentIn(tree, path, upTo(maxBytes));
}

/**
 * Content of a regular file in an open folder, as it is at this moment; undefined when missing. A link is not
 * followed.
 */
export function readAt(tree: Tree, folder: Folder, name: string, maxBytes: number): Buffer | undefined {
  return withFileAt(tree, folder, name, upTo(maxBytes));
}

/** The same for any use of the open file. */
export function withFileAt<T>(tree: Tree, folder: Folder, name: string, read: Reader<T>): T | undefined {
  for (let turn = 0; turn < mostTurns; turn++) {
    const entry = entryAt(folder.fd, name);
    if (entry === undefined) return undefined;
    const found = content(tree, folder, name, entry, read);
    if (found !== undefined) return found;
  }
  throw tooManyLinks(joined(folder.path, name));
}

/** Its first `bytes`, or all of it if it is shorter, under the same conditions. */
export function beginningIn(tree: Tree, path: AbsolutePath, bytes: number): Buffer | undefined {
  return contentIn(tree, path, (fd) => {
    const buffer = Buffer.allocUnsafe(bytes);
    return buffer.subarray(0, readSync(fd, buffer, 0, bytes, 0));
  });
}

/** What `use` makes of parts of it, under the same conditions. */
export function partsIn<T extends object>(
  tree: Tree,
  path: AbsolutePath,
  maxBytes: number,
  use: UseParts<T>,
): T | undefined {
  return contentIn(tree, path, (fd, { size }, file) => {
    if (size > maxBytes) throw tooLarge(file, size, maxBytes);
    return use(size, (buffer, at, count) => {
      readSync(fd, buffer, at, Math.min(count, buffer.length - at), at);
    });
  });
}

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
  const chunk = Buffer.allocUnsafe(Math.min(hashedBytes, opened.size + 1));
  let size = 0;
  for (;;) {
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) return { ...opened, size, sha256: hash.digest("hex") };
    hash.update(chunk.subarray(0, count));
    size += count;
    if (size > sizeLimits.installed) throw tooLarge(path, size, sizeLimits.installed);
  }
}

/** Reads an open file that has passed the checks. */
export type Reader<T> = (fd: number, opened: Entry, path: AbsolutePath) => T;

function upTo(maxBytes: number): Reader<Buffer> {
  return (fd, { size }, file) => {
    if (size > maxBytes) throw tooLarge(file, size, maxBytes);
    return allBytes(fd, size, file, maxBytes);
  };
}

function contentIn<T extends object>(tree: Tree, path: AbsolutePath, read: Reader<T>): T | undefined {
  let wanted = path;
  for (let turn = 0; turn < mostTurns; turn++) {
    const name = nameOf(wanted);
    const found = withFolder(tree, folderOf(wanted), "look", (folder) => {
      const entry = entryAt(folder.fd, name);
      if (entry === undefined) return undefined;
      if (entry.kind === "link") return linkTarget(folder, name, entry, "look");
      // a file that was atomically replaced between the two calls is looked at again
      return content(tree, folder, name, entry, read) ?? wanted;
    });
    if (typeof found !== "string") return found;
    wanted = found;
  }
  throw tooManyLinks(path);
}

/** Undefined if another file has taken the name since `entry` was seen. */
function content<T>(tree: Tree, folder: Folder, name: string, entry: Entry, read: Reader<T>): T | undefined {
  const path = joined(folder.path, name);
  if (entry.kind !== "file") throw notAFile(entry, path);
  return withDescriptor(at(folder.fd, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, (fd) => {
    const opened = entryOfDescriptor(fd);
    if (!isSame(entry, opened)) return undefined;
    requireTrustedFile(opened, path, tree.owners, folder);
    return read(fd, opened, path);
  });
}

/**
 * Up to the end, not up to the size: the file may grow, and files in /proc have no size. The first read is
 * meant to get all of it, and the second finds the end.
 */
function allBytes(fd: number, size: number, path: AbsolutePath, maxBytes: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(total === 0 && size > 0 ? size : chunkBytes);
    const count = readSync(fd, chunk, 0, chunk.length, null);
    if (count === 0) return chunks.length === 1 ? (chunks[0] ?? chunk) : Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, count));
    total += count;
    if (total > maxBytes) throw tooLarge(path, total, maxBytes);
  }
}

export function tooLarge(path: AbsolutePath, bytes: number, maxBytes: number): Problem {
  return new Problem("host-file-too-large", "the file is larger than any file of its kind should be", {
    where: { path },
    detail: `at least ${bytes} bytes; at most ${maxBytes} are read`,
    hint: "find out what it is and who put it there, then move it away",
  });
}
