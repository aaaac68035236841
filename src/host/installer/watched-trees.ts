import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import type { Stats } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { AbsolutePath } from "../path.js";
import { PackedSnapshot } from "./snapshot.js";

/** Where an installer may be expected to put things, and where what it did is looked for. */
export const watchedTrees: readonly string[] = ["/etc", "/opt", "/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin"];

const entriesBetweenRests = 2_000;

/**
 * Looks at every entry of the watched trees and follows no link, so that /lib of a merged /usr is not seen twice. Only
 * looks: paths are safe enough for that. What vanishes meanwhile, or cannot be read, is left out. Some 5 µs an entry.
 */
export async function takeSnapshot(root: AbsolutePath, trees = watchedTrees): Promise<PackedSnapshot> {
  const prefix = root === "/" ? "" : root;
  const seen = new PackedSnapshot();
  const waiting = trees.filter((tree) => look(prefix + tree)?.stats.isDirectory());
  let untilRest = entriesBetweenRests;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const name of namesIn(prefix + folder)) {
      const path = `${folder}/${name}`;
      const entry = look(prefix + path);
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

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The entry itself, or undefined when it cannot be looked at. */
function look(fullPath: string): { readonly stats: Stats; readonly target?: string } | undefined {
  try {
    const stats = lstatSync(fullPath, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    return stats.isSymbolicLink() ? { stats, target: readlinkSync(fullPath) } : { stats };
  } catch {
    return undefined;
  }
}
