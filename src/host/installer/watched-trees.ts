import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { Dirent, Stats } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { errorCode } from "../../problem/thrown.js";
import type { AbsolutePath } from "../path.js";
import { asAbsolutePath, path as literal } from "../path.js";
import { resolveLinks } from "./resolve-links.js";
import { PackedSnapshot } from "./snapshot.js";

/** Where an installer may be expected to put things, and where what it did is looked for. */
export const watchedTrees: readonly string[] = [
  "/etc",
  "/opt",
  "/usr",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/bin",
  "/sbin",
];

/** Folders so large, or so full of what others do, that no link makes them part of what is watched. */
const neverWatched = new RegExp(
  `^(${[
    "/",
    "/(?:proc|sys|dev|run|tmp|var/tmp)(?:/.*)?",
    "/(?:var|home|root|mnt|media|boot|var/lib|var/log|var/cache)",
    "/var/lib/knetctl(?:/.*)?",
  ].join("|")})$`,
);

/**
 * `/usr/local`, `/usr/local/lib`, `/opt/kryptus/lib`: deeper down, links lead into what one package keeps for
 * itself.
 */
const deepestFollowedLink = 3;

const entriesBetweenRests = 2_000;

/**
 * The folders to look at, without links and none below another: the watched trees, and those to which they or
 * root's links near their top lead. On systems that keep /usr for themselves (ostree, MicroOS) /opt and
 * /usr/local are such links. Deeper down, where most links are none of an installer's business, those on the
 * way to the paths that it names are followed too: an administrator may have moved the vendor's folder to
 * another disk. To be found once, before an installer runs: a link that it makes leads to what was there
 * before it, and none of that would be known.
 */
export function foldersToWatch(
  root: AbsolutePath,
  named: Iterable<string> = [],
  trees = watchedTrees,
): readonly string[] {
  const prefix = root === "/" ? "" : root;
  const reals = trees.flatMap((tree) => realFolder(prefix, tree) ?? []).filter((real) => real !== "/");
  const found = [...new Set(reals)].filter(
    (real) => !reals.some((other) => other !== real && isBelow(real, other)),
  );
  const add = (real: string): void => {
    if (
      !neverWatched.test(real) &&
      !found.some((other) => real === other || isBelow(real, other) || isBelow(other, real))
    )
      found.push(real);
  };
  // grows meanwhile: what a link leads to is looked through for links too
  for (const folder of found)
    linksNearTop(prefix, folder, trees)
      .filter(({ uid }) => uid === 0)
      .flatMap(({ path }) => realFolder(prefix, path) ?? [])
      .forEach(add);
  for (const path of named) for (const real of foldersOnTheWay(root, path, found)) add(real);
  return found;
}

/**
 * Folders to which root's links in the watched ones lead, of those that a path goes through or ends in; each
 * is to be watched before the next is asked for.
 */
function* foldersOnTheWay(root: AbsolutePath, path: string, watched: readonly string[]): Iterable<string> {
  const prefix = root === "/" ? "" : root;
  const names = path.split("/").slice(1);
  for (let length = 1; length <= names.length; length++) {
    const at = realPath(root, `/${names.slice(0, length).join("/")}`);
    const link = watched.some((folder) => isBelow(at, folder)) ? seenLink(prefix, at) : undefined;
    const real = link?.uid === 0 ? realFolder(prefix, at) : undefined;
    if (real !== undefined) yield real;
  }
}

export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

/** A link in a watched folder. */
export interface SeenLink {
  readonly path: string;
  readonly uid: number;
  /** Its text. */
  readonly target: string;
}

/**
 * The links that are followed where they are root's and lead to a folder: those near the top of a watched
 * folder.
 */
export function linksNearTop(prefix: string, folder: string, trees = watchedTrees): readonly SeenLink[] {
  return linksIn(prefix, folder, trees.includes(folder) ? folder.split("/").length - 1 : 1);
}

function linksIn(prefix: string, folder: string, depth: number): readonly SeenLink[] {
  if (depth >= deepestFollowedLink) return [];
  return entriesIn(prefix + folder).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return linksIn(prefix, path, depth + 1);
    return entry.isSymbolicLink() ? (seenLink(prefix, path) ?? []) : [];
  });
}

/** Undefined where no link is (any more). */
export function seenLink(prefix: string, path: string): SeenLink | undefined {
  const entry = look(prefix + path);
  return entry?.target === undefined ? undefined : { path, uid: entry.stats.uid, target: entry.target };
}

/**
 * Looks at every entry of the folders and follows no link. Only looks: paths are safe enough for that. What
 * vanishes meanwhile, or cannot be read, is left out, and so is what lies below a place of `except`; `unread`
 * is told what could not be read. Some 5 µs an entry.
 */
export async function takeSnapshot(
  root: AbsolutePath,
  folders: readonly string[] = foldersToWatch(root),
  except: ReadonlySet<string> = new Set(),
  unread: (path: string) => void = () => undefined,
): Promise<PackedSnapshot> {
  const prefix = root === "/" ? "" : root;
  const seen = new PackedSnapshot();
  // as they were found: none is a link by now, or lies behind one, and none leads out of the root
  const waiting = folders.filter((folder) => realFolder(prefix, folder) === folder);
  let untilRest = entriesBetweenRests;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (except.has(folder)) continue;
    for (const name of namesIn(prefix, folder, unread)) {
      const path = `${folder}/${name}`;
      const entry = look(prefix + path, () => {
        unread(path);
      });
      if (entry === undefined) continue;
      seen.add(path, entry.stats, entry.target);
      if (entry.stats.isDirectory()) waiting.push(path);
      if (--untilRest > 0) continue;
      untilRest = entriesBetweenRests;
      // progress goes on being drawn, and a signal is heard
      await setImmediate();
    }
  }
  return seen;
}

/**
 * The path with every link of its folders followed, inside the root; as it stands where a folder is not there
 * (yet). Pure but for looking.
 */
export function realPath(root: AbsolutePath, path: string): string {
  const prefix = root === "/" ? "" : root;
  const names = path.split("/").slice(1);
  // the last part itself stays: what is done to a link is done to the link
  for (let length = names.length - 1; length > 0; length--) {
    const real = realFolder(prefix, `/${names.slice(0, length).join("/")}`);
    if (real !== undefined) return [real === "/" ? "" : real, ...names.slice(length)].join("/");
  }
  return path;
}

/**
 * The folder behind a path, as seen from inside the root; undefined when it leads nowhere or to something
 * else.
 */
export function realFolder(prefix: string, path: string): string | undefined {
  const entry = (at: string) => {
    const stats = look(prefix + at)?.stats;
    return stats && { kind: stats.isSymbolicLink() ? "link" : stats.isDirectory() ? "folder" : "file" };
  };
  const real = resolveLinks(
    { entry, readLink: (at) => look(prefix + at)?.target },
    asAbsolutePath(path) ?? literal("/"),
  );
  return real !== undefined && (real === "/" || entry(real)?.kind === "folder") ? real : undefined;
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function namesIn(prefix: string, folder: string, unread: (path: string) => void): readonly string[] {
  try {
    return readdirSync(prefix + folder);
  } catch (error) {
    if (!hasVanished(error)) unread(folder);
    return [];
  }
}

function hasVanished(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "");
}

/** The entry itself, or undefined when it cannot be looked at. */
function look(
  fullPath: string,
  unread: () => void = () => undefined,
): { readonly stats: Stats; readonly target?: string } | undefined {
  try {
    const stats = lstatSync(fullPath, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    return stats.isSymbolicLink() ? { stats, target: readlinkSync(fullPath) } : { stats };
  } catch (error) {
    if (!hasVanished(error)) unread();
    return undefined;
  }
}
