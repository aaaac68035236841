import { posix } from "node:path";
import type { Way } from "../host.js";
import { asAbsolutePath, joined, path as literal } from "../path.js";
import type { AbsolutePath } from "../path.js";

const mostLinks = 40;

/** What following links asks of a host's files. */
export interface LinkReader<E extends { readonly kind: string } = { readonly kind: string }> {
  way(path: AbsolutePath): Way<E>;
}

/** Looks at each path once: for many paths below the same folders, on a host that is only looked at. */
export function lookingOnce<E extends { readonly kind: string }>(files: LinkReader<E>): LinkReader<E> {
  /** Null: nothing is there. */
  const seen = new Map<AbsolutePath, { readonly entry: E; readonly link?: string } | null>();
  const known = (paths: readonly AbsolutePath[]): Way<E> | undefined => {
    const entries: E[] = [];
    for (const path of paths) {
      const found = seen.get(path);
      if (found === undefined) return undefined;
      if (found === null) break;
      entries.push(found.entry);
      if (found.link !== undefined) return { entries, link: found.link };
    }
    return { entries };
  };
  return {
    way(path) {
      const paths = pathsTo(path);
      const remembered = known(paths);
      if (remembered !== undefined) return remembered;
      const way = files.way(path);
      const { entries, link } = way;
      for (const [index, entry] of entries.entries()) {
        const isEnd = link !== undefined && index === entries.length - 1;
        seen.set(paths[index] ?? path, isEnd ? { entry, link } : { entry });
      }
      const missing = paths[entries.length];
      if (link === undefined && missing !== undefined) seen.set(missing, null);
      return way;
    },
  };
}

/** The folders on the way, the outermost first, and the path itself. */
function pathsTo(path: AbsolutePath): readonly AbsolutePath[] {
  const paths: AbsolutePath[] = [];
  for (const name of namesOf(path)) paths.push(joined(paths.at(-1) ?? literal("/"), name));
  return paths;
}

function namesOf(path: AbsolutePath): readonly string[] {
  return path.split("/").filter(Boolean);
}

/**
 * The path without any symbolic link in it, as seen from inside the host's root: what realpath(3) would give
 * there. Undefined when it leads nowhere or round in circles.
 */
export function resolveLinks(files: LinkReader, path: AbsolutePath): AbsolutePath | undefined {
  let wanted = path;
  for (let links = 0; links < mostLinks; links++) {
    const { entries, link } = files.way(wanted);
    const names = namesOf(wanted);
    if (link === undefined) return entries.length === names.length ? wanted : undefined;
    const folder = `/${names.slice(0, entries.length - 1).join("/")}`;
    const target = asAbsolutePath(posix.resolve(folder, link));
    if (target === undefined) return undefined;
    wanted = joined(target, ...names.slice(entries.length));
  }
  return undefined;
}
