import { posix } from "node:path";
import { asAbsolutePath, joined, path as literal } from "../path.js";
import type { AbsolutePath } from "../path.js";

const mostLinks = 40;

/** What following links asks of a host's files. */
export interface LinkReader<E extends { readonly kind: string } = { readonly kind: string }> {
  entry(path: AbsolutePath): E | undefined;
  readLink(path: AbsolutePath): string | undefined;
}

/** Looks at each path once: for many paths below the same folders, on a host that is only looked at. */
export function lookingOnce<E extends { readonly kind: string }>(files: LinkReader<E>): LinkReader<E> {
  const entries = new Map<AbsolutePath, E | undefined>();
  const targets = new Map<AbsolutePath, string | undefined>();
  return {
    entry: (path) => remembered(entries, path, () => files.entry(path)),
    readLink: (path) => remembered(targets, path, () => files.readLink(path)),
  };
}

function remembered<T>(
  known: Map<AbsolutePath, T | undefined>,
  path: AbsolutePath,
  look: () => T,
): T | undefined {
  if (!known.has(path)) known.set(path, look());
  return known.get(path);
}

/**
 * The path without any symbolic link in it, as seen from inside the host's root: what realpath(3) would give
 * there. Undefined when it leads nowhere or round in circles.
 */
export function resolveLinks(files: LinkReader, path: AbsolutePath): AbsolutePath | undefined {
  let done = literal("/");
  let rest = path.split("/").filter(Boolean);
  for (let links = 0; links < mostLinks;) {
    const [name, ...others] = rest;
    if (name === undefined) return done;
    const next = joined(done, name);
    const entry = files.entry(next);
    if (entry === undefined) return undefined;
    rest = others;
    if (entry.kind !== "link") {
      done = next;
      continue;
    }
    links++;
    const target = posix.resolve(done, files.readLink(next) ?? "");
    if (asAbsolutePath(target) === undefined) return undefined;
    rest = [...target.split("/").filter(Boolean), ...others];
    done = literal("/");
  }
  return undefined;
}
