import { lstatSync } from "node:fs";
import type { AbsolutePath } from "../../path.js";
import { walkRoot } from "./walk-root.js";

/** Something of which the system says that it was made or changed after a moment. */
export interface ChangedEntry {
  readonly path: string;
  /** Whether nothing was there before. */
  readonly isNew: boolean;
  /** When it was changed last, in milliseconds since 1970. */
  readonly changed: number;
}

/** Every path of a root. */
export async function pathsOf(root: AbsolutePath): Promise<readonly string[]> {
  const paths: string[] = [];
  await walkRoot(root, (path) => paths.push(path));
  return paths;
}

/**
 * What was made or changed after a moment, in the order of its paths: found in one walk, by change times,
 * which no program can set. Of folders only new ones count: an old one has changed as soon as anything in it
 * has. When something was made would not tell: on overlayfs that is also when it was copied up.
 */
export async function changedSince(
  root: AbsolutePath,
  moment: number,
  before: ReadonlySet<string>,
): Promise<readonly ChangedEntry[]> {
  const prefix = root === "/" ? "" : root;
  const found: ChangedEntry[] = [];
  await walkRoot(root, (path, entry) => {
    const isNew = !before.has(path);
    if (!isNew && entry.isDirectory()) return;
    const changed = changeTime(prefix + path);
    if (changed !== undefined && changed > moment) found.push({ path, isNew, changed });
  });
  return found.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function changeTime(file: string): number | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false })?.ctimeMs;
  } catch {
    return undefined;
  }
}
