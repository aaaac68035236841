import { posix } from "node:path";
import type { AbsolutePath } from "../path.js";
import { isBelow, linksNearTop, realFolder, realPath, seenLink, type SeenLink } from "./watched-trees.js";

/** Something that is not looked at, though it lies in a folder that is. */
export interface NotLookedAt {
  readonly path: string;
  readonly because: string;
}

/**
 * The links out of the watched folders behind which nothing is looked at: those near the tops that are not
 * root's, or lead to where no link makes a folder part of what is watched, and any on the way to a path that
 * the installer names. Only looks.
 */
export function linksNotFollowed(
  root: AbsolutePath,
  folders: readonly string[],
  named: Iterable<string>,
): readonly NotLookedAt[] {
  const prefix = root === "/" ? "" : root;
  const isWatched = (path: string): boolean =>
    folders.some((folder) => path === folder || isBelow(path, folder));
  const leadsOut = ({ path, target }: SeenLink): boolean =>
    !isWatched(realFolder(prefix, path) ?? realPath(root, posix.resolve(posix.dirname(path), target)));
  // one of root's to a file, or to nothing, is most often the system's own: /etc/mtab
  const nearTop = folders
    .flatMap((folder) => linksNearTop(prefix, folder))
    .filter(({ path, uid }) => uid !== 0 || realFolder(prefix, path) !== undefined);
  const onTheWay = [...named]
    .flatMap((path) => placesOnTheWay(root, path))
    .filter(isWatched)
    .flatMap((place) => seenLink(prefix, place) ?? []);
  const found = new Map([...nearTop, ...onTheWay].filter(leadsOut).map((link) => [link.path, link]));
  return [...found.values()].map(({ path, uid, target }) => ({
    path,
    because: `a link${uid === 0 ? "" : ` of uid ${uid}'s`} to ${target}`,
  }));
}

/** The path and the folders on the way to it, with the links before each followed. */
function placesOnTheWay(root: AbsolutePath, path: string): readonly string[] {
  const names = path.split("/").slice(1);
  return names.map((_, index) => realPath(root, `/${names.slice(0, index + 1).join("/")}`));
}
