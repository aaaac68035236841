import { closeSync, openSync, readlinkSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import type { Entry, Way } from "../host.js";
import { type AbsolutePath, joined, path as literal } from "../path.js";
import { at, entryAt, entryOfDescriptor, isSame, requireProc, walkFlags } from "./descriptor.js";
import type { KeptFolders } from "./kept-folders.js";
import { article, type Owners, type Purpose, requireTrustedFolder, requireTrustedLink } from "./trust.js";

/** A host's files: a path of this machine that opens its root, and whose folders are trusted. */
export interface Tree {
  readonly root: string;
  readonly owners: Owners;
  /** Where looks keep folders open for those that follow. */
  readonly kept?: KeptFolders<Folder>;
}

/** A folder reached by the walk, open while in use. */
export interface Folder {
  readonly fd: number;
  /** Without links, as seen from inside the host's root. */
  readonly path: AbsolutePath;
  readonly entry: Entry;
}

/** As many links as the kernel follows in one path (path_resolution(7)). */
export const mostLinks = 40;

/**
 * Runs `use` with the folder open, reached component by component from the root, each opened through its
 * parent's descriptor and checked when open, so that folders renamed in the meantime cannot redirect it.
 * Undefined if the folder or one on the way is missing. Throws a Problem for a folder, link or file that root
 * must not walk through.
 */
export function withFolder<T>(
  tree: Tree,
  path: AbsolutePath,
  purpose: Purpose,
  use: (folder: Folder) => T,
): T | undefined {
  requireProc();
  let wanted = path;
  for (let links = 0; links <= mostLinks; links++) {
    const reached = descend(tree, wanted, purpose);
    if (reached === undefined) return undefined;
    if (typeof reached === "string") {
      wanted = reached;
      continue;
    }
    try {
      return use(reached);
    } finally {
      leave(tree, reached);
    }
  }
  throw tooManyLinks(path);
}

/**
 * Throws if walking to the folder again leads to another one: the tree was moved while it was being worked
 * in.
 */
export function requireSameFolder(tree: Tree, path: AbsolutePath, folder: Folder): void {
  const isStill = withFolder(tree, path, "change", (again) => isSame(again.entry, folder.entry));
  if (isStill !== true) throw changed(path, "the folder was moved or replaced while it was being worked in");
}

/** Where a link in an open folder leads, as a path from the root; throws if it must not be followed. */
export function linkTarget(folder: Folder, name: string, link: Entry, purpose: Purpose): AbsolutePath {
  const path = joined(folder.path, name);
  requireTrustedLink(link, path, folder, purpose);
  const text = readlinkSync(at(folder.fd, name));
  const target = text.startsWith("/") ? below(literal("/"), text.slice(1)) : below(folder.path, text);
  if (target === undefined) {
    throw new Problem(
      "host-untrusted-link",
      "the symbolic link's target is written in a way that is not followed",
      {
        where: { path },
        detail: JSON.stringify(text),
        hint: "replace the link with one that has no `..` after a name",
      },
    );
  }
  return target;
}

export function changed(path: AbsolutePath, detail: string): Problem {
  return new Problem("host-entry-changed", "somebody changed the path while it was being worked on", {
    where: { path },
    detail,
    hint: "find out who is working in this folder, then run again",
  });
}

export function tooManyLinks(path: AbsolutePath): Problem {
  return new Problem(
    "host-untrusted-link",
    "too many symbolic links lie on the way, or the path keeps changing",
    {
      where: { path },
      hint: "look for links in a circle (namei -l), and for who is working in these folders",
    },
  );
}

/**
 * What lies on the way to the path and at its end, up to the first link, which is not followed, or to what is
 * missing: in one walk, what looking at each of these paths would tell. Throws the same Problems.
 */
export function wayTo(tree: Tree, path: AbsolutePath): Way {
  requireProc();
  const entries: Entry[] = [];
  const names = componentsOf(path);
  let folder = rootOf(tree, "look");
  try {
    for (const [index, name] of names.entries()) {
      const isLast = index === names.length - 1;
      const next = isLast ? entryAt(folder.fd, name) : folderOrLink(tree, folder, name, "look");
      if (next === undefined) break;
      if (!("fd" in next)) {
        entries.push(next);
        return next.kind === "link" ? { entries, link: readlinkSync(at(folder.fd, name)) } : { entries };
      }
      leave(tree, folder);
      folder = next;
      entries.push(folder.entry);
    }
    return { entries };
  } finally {
    leave(tree, folder);
  }
}

/** The open folder; or, at a link, the path to continue with; undefined if something is missing. */
function descend(tree: Tree, path: AbsolutePath, purpose: Purpose): Folder | AbsolutePath | undefined {
  const names = componentsOf(path);
  let folder = rootOf(tree, purpose);
  for (const [index, name] of names.entries()) {
    const parent = folder;
    try {
      const next = folderOrLink(tree, parent, name, purpose);
      if (next === undefined) return undefined;
      if (!("fd" in next)) return joined(linkTarget(parent, name, next, purpose), ...names.slice(index + 1));
      folder = next;
    } finally {
      leave(tree, parent);
    }
  }
  return folder;
}

function rootOf(tree: Tree, purpose: Purpose): Folder {
  return (
    keptFolder(tree, literal("/"), purpose) ??
    opened(openSync(tree.root, walkFlags), literal("/"), tree, purpose)
  );
}

/** The folder, open; or a link with that name; undefined if there is nothing. */
function folderOrLink(
  tree: Tree,
  parent: Folder,
  name: string,
  purpose: Purpose,
): Folder | Entry | undefined {
  const path = joined(parent.path, name);
  const kept = keptFolder(tree, path, purpose);
  if (kept !== undefined) return kept;
  try {
    return opened(openSync(at(parent.fd, name), walkFlags), path, tree, purpose);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (errorCode(error) !== "ENOTDIR" && errorCode(error) !== "ELOOP") throw error;
  }
  const entry = entryAt(parent.fd, name);
  if (entry === undefined || entry.kind === "link") return entry;
  throw notAFolder(entry, path);
}

/** Others may be trusted than when it was opened. */
function keptFolder(tree: Tree, path: AbsolutePath, purpose: Purpose): Folder | undefined {
  const folder = purpose === "look" ? tree.kept?.at(path) : undefined;
  if (folder !== undefined) requireTrustedFolder(folder.entry, path, tree.owners, purpose);
  return folder;
}

function leave({ kept }: Tree, folder: Folder): void {
  if (kept?.at(folder.path) !== folder) closeSync(folder.fd);
}

function opened(fd: number, path: AbsolutePath, tree: Tree, purpose: Purpose): Folder {
  try {
    const entry = entryOfDescriptor(fd);
    requireTrustedFolder(entry, path, tree.owners, purpose);
    if (purpose === "change" && tree.root !== "/" && ofRunningSystem.test(path)) throw runningSystems(path);
    const folder: Folder = { fd, path, entry };
    if (purpose === "look") tree.kept?.keep(folder);
    return folder;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * In an image, these folders are not part of it: people mount this machine's own folders there to run a
 * program inside. What a record in an image says about them must not be done to this machine.
 */
const ofRunningSystem = /^\/(proc|sys|dev|run)(\/|$)/;

function runningSystems(path: AbsolutePath): Problem {
  return new Problem(
    "host-untrusted-folder",
    "the folder is not part of an image: it is mounted for running programs, and may be this machine's",
    {
      where: { path },
      hint: "choose a path that is part of the image, such as one below /etc, /opt or /var",
    },
  );
}

function notAFolder(entry: Entry, path: AbsolutePath): Problem {
  if (entry.kind === "folder") return changed(path, "it was not a folder a moment ago");
  return new Problem("host-not-a-folder", `${article[entry.kind]} is where a folder should be`, {
    where: { path },
    hint: "find out who put it there, and move it away",
  });
}

function componentsOf(path: AbsolutePath): readonly string[] {
  return path === "/" ? [] : path.slice(1).split("/");
}

/**
 * `folder/target`, where `target` may start with `..` parts. `..` after a name is refused: what it means
 * depends on whether the name is a link.
 */
function below(folder: AbsolutePath, target: string): AbsolutePath | undefined {
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  const up = parts.findIndex((part) => part !== "..");
  const ups = up < 0 ? parts.length : up;
  const names = parts.slice(ups);
  if (names.includes("..")) return undefined;
  const kept = componentsOf(folder).slice(0, Math.max(0, componentsOf(folder).length - ups));
  return joined(literal("/"), ...kept, ...names);
}
