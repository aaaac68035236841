import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { Stats } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { AbsolutePath } from "../path.js";

/** Where an installer may be expected to put things, and where what it did is looked for. */
export const watchedTrees: readonly string[] = ["/etc", "/opt", "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin"];

/** What lstat(2) tells of an entry; enough to see that it changed, not how. */
export interface SeenEntry {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly modified: number;
  readonly changed: number;
  readonly inode: number;
  /** Text of a link. */
  readonly target?: string;
}

/** Every entry by its path as seen from inside the host's root; folders come before what they hold. */
export type Snapshot = ReadonlyMap<string, SeenEntry>;

const entriesBetweenRests = 2_000;

/**
 * Looks at every entry of the watched trees and follows no link, so that /lib of a merged /usr is not seen twice. Only
 * looks: paths are safe enough for that. What vanishes meanwhile, or cannot be read, is left out. About 5 µs an entry.
 */
export async function takeSnapshot(root: AbsolutePath, trees = watchedTrees): Promise<Snapshot> {
  const prefix = root === "/" ? "" : root;
  const seen = new Map<string, SeenEntry>();
  const waiting = trees.filter((tree) => look(prefix + tree)?.kind === "folder");
  let untilRest = entriesBetweenRests;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const name of namesIn(prefix + folder)) {
      const path = `${folder}/${name}`;
      const entry = look(prefix + path);
      if (entry === undefined) continue;
      seen.set(path, entry);
      if (entry.kind === "folder") waiting.push(path);
      if (--untilRest > 0) continue;
      untilRest = entriesBetweenRests;
      // progress goes on being drawn, and a signal is heard
      await setImmediate();
    }
  }
  return seen;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The entry itself, or undefined when it cannot be looked at. */
export function look(fullPath: string): SeenEntry | undefined {
  try {
    const stats = lstatSync(fullPath, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const { uid, gid, size, mtimeMs: modified, ctimeMs: changed, ino: inode } = stats;
    const seen = { kind: kindOf(stats), mode: stats.mode & 0o7777, uid, gid, size, modified, changed, inode };
    return seen.kind === "link" ? { ...seen, target: readlinkSync(fullPath) } : seen;
  } catch {
    return undefined;
  }
}

function kindOf(stats: Stats): SeenEntry["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  return stats.isSymbolicLink() ? "link" : "other";
}
