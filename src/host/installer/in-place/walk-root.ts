import { lstatSync, readdirSync, readFileSync } from "node:fs";
import type { Dirent } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { AbsolutePath } from "../../path.js";
import { sandboxMounts } from "../../sandbox/sandbox-mounts.js";
import { isLeftOut } from "../staged/judge.js";

/** Of these everything is gone with the next start, or is the kernel's. */
const passing = /^\/(?:proc|sys|dev|run|tmp|var\/tmp)$/;
const entriesBetweenRests = 2_000;

/**
 * Calls `each` with every path of the root and of the real file systems below it, folders before what they
 * hold; knetctl's own state apart. What cannot be read, or is gone meanwhile, is passed over.
 */
export async function walkRoot(
  root: AbsolutePath,
  each: (path: string, entry: Dirent) => void,
): Promise<void> {
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
