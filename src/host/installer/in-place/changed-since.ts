import { lstatSync, readdirSync, readFileSync } from "node:fs";
import type { Dirent } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { AbsolutePath } from "../../path.js";
import { sandboxMounts } from "../../sandbox/sandbox-mounts.js";
import { isLeftOut } from "../staged/judge.js";

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

/** Of these everything is gone with the next start, or is the kernel's. */
const passing = /^\/(?:proc|sys|dev|run|tmp|var\/tmp)$/;
const entriesBetweenRests = 2_000;

/**
 * Calls `each` with every path of the root and of the real file systems below it, folders before what they
 * hold; knetctl's own state apart. What cannot be read, or is gone meanwhile, is passed over.
 */
async function walkRoot(root: AbsolutePath, each: (path: string, entry: Dirent) => void): Promise<void> {
  const prefix = root === "/" ? "" : root;
  const mounts = sandboxMounts(readFileSync("/proc/self/mountinfo", "utf8"), root);
  const entered = new Set<string>(mounts.map(({ path }) => path));
  const waiting = [{ folder: "", device: deviceOf(`${prefix}/`) }];
  let untilRest = entriesBetweenRests;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const entry of entriesIn(`${prefix}${next.folder}/`)) {
      const path = `${next.folder}/${entry.name}`;
      if (passing.test(path) || isLeftOut(path)) continue;
      each(path, entry);
      if (entry.isDirectory()) {
        const device = deviceOf(prefix + path);
        if (device === next.device || entered.has(path)) waiting.push({ folder: path, device });
      }
      if (--untilRest > 0) continue;
      untilRest = entriesBetweenRests;
      // progress goes on being drawn, and a signal is heard
      await setImmediate();
    }
  }
}

function entriesIn(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function deviceOf(folder: string): number | undefined {
  try {
    return lstatSync(folder, { throwIfNoEntry: false })?.dev;
  } catch {
    return undefined;
  }
}
