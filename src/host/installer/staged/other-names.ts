import { lstatSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import type { StagedEntry } from "./compare.js";

/**
 * The same, with the other names that a file of the host has in its folder, where it has several (hard
 * links): a stage cuts such a file loose from them, and so does whoever puts another in its place. `host` is
 * a path of this machine that opens the host's root.
 */
export function withOtherNames<E extends StagedEntry>(entries: readonly E[], host: string): readonly E[] {
  return entries.map((entry) => {
    const { path, before } = entry;
    if (before?.kind !== "file" || before.links === undefined) return entry;
    return { ...entry, before: { ...before, otherNames: otherNames(path, host) } };
  });
}

function otherNames(path: string, host: string): readonly string[] {
  const folder = posix.dirname(path);
  const inodeOf = (name: string): string | undefined => {
    const stats = lstatSync(posix.join(host + folder, name), { bigint: true, throwIfNoEntry: false });
    return stats?.isFile() === true ? `${stats.dev} ${stats.ino}` : undefined;
  };
  const own = inodeOf(posix.basename(path));
  return readdirSync(host + folder)
    .filter((name) => name !== posix.basename(path) && own !== undefined && inodeOf(name) === own)
    .map((name) => posix.join(folder, name))
    .sort();
}
