import { vendorNames } from "../../vendor/client.js";
import {
  closeSync,
  constants,
  copyFileSync,
  chmodSync,
  chownSync,
  fstatSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, posix } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { AbsolutePath } from "../path.js";
import { systemFolder } from "./evidence.js";
import type { Evidence } from "./evidence.js";
import type { SeenEntry, Snapshot } from "./snapshot.js";

/** Name of the backup (in the backup folder) of each path that has one. */
export type Backups = ReadonlyMap<string, string>;

/** What an installer is likely to touch: names of the archive's files, and the words of its scripts. */
export interface LikelyTargets {
  readonly names: ReadonlySet<string>;
  /** Absolute paths that the scripts name. */
  readonly folders: readonly string[];
}

const mebibyte = 1024 ** 2;
const limits = {
  file: 64 * mebibyte,
  likely: 1024 * mebibyte,
  possible: 128 * mebibyte,
  possibleFiles: 4_000,
};

/**
 * The files to save before an installer runs, best first: all of /etc and every file of a name that the
 * archive or install.sh mentions; then, within tighter limits, what lies below a folder that it mentions.
 * Saving all of /opt and /usr is not an option: they hold many gigabytes. Pure.
 */
export function backupCandidates(snapshot: Snapshot, likely: LikelyTargets): readonly string[] {
  const first: Candidate[] = [];
  const second: Candidate[] = [];
  for (const [path, { kind, size }] of snapshot) {
    if (kind !== "file" || size > limits.file) continue;
    if (path.startsWith("/etc/") || likely.names.has(path.slice(path.lastIndexOf("/") + 1)))
      first.push({ path, size });
    else if (vendorNames.test(path) || likely.folders.some((folder) => path.startsWith(`${folder}/`)))
      second.push({ path, size });
  }
  second.sort((left, right) => depth(left.path) - depth(right.path));
  return [
    ...within(first, limits.likely, Infinity),
    ...within(second, limits.possible, limits.possibleFiles),
  ];
}

interface Candidate {
  readonly path: string;
  readonly size: number;
}

function within(files: readonly Candidate[], bytes: number, count: number): readonly string[] {
  let left = bytes;
  return files
    .slice(0, count)
    .filter(({ size }) => (left -= size) >= 0)
    .map(({ path }) => path);
}

function depth(path: string): number {
  return path.split("/").length;
}

/** What the evidence makes likely. Pure. */
export function likelyTargets({
  names,
  words,
  paths,
}: Pick<Evidence, "names" | "words" | "paths">): LikelyTargets {
  return {
    names: new Set(
      [...names, ...words].map((word) => posix.basename(word)).filter((word) => word.length > 2),
    ),
    // /usr/lib itself is named by every script; saving all of it would save nothing else
    folders: paths.filter((path) => !systemFolder.test(path)),
  };
}

/**
 * Copies the candidates into `folder` (new, 0700), each as a file of its own with mode 0600, and writes the
 * index that `readBackups` reads. A file that is no longer the one seen is left out. The caller makes all of
 * it durable.
 */
export async function saveBackups(
  root: AbsolutePath,
  folder: string,
  paths: readonly string[],
  snapshot: Snapshot,
): Promise<Backups> {
  mkdirSync(folder, { mode: 0o700 });
  const saved = new Map<string, string>();
  for (const path of paths) {
    const name = String(saved.size);
    const seen = snapshot.get(path);
    if (seen !== undefined && saveFile(root === "/" ? path : root + path, join(folder, name), seen))
      saved.set(path, name);
    if (saved.size % 100 === 0) await setImmediate();
  }
  writeFileSync(join(folder, "index.json"), JSON.stringify([...saved]), {
    mode: 0o600,
    flag: "wx",
    flush: true,
  });
  return saved;
}

/** Removes the backups of files that turned out not to have changed. */
export function dropBackups(folder: string, names: Iterable<string>): void {
  for (const name of names) {
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // it only takes room, and goes with the run's folder
    }
  }
}

function saveFile(source: string, target: string, seen: SeenEntry): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.ino !== seen.inode || stats.size !== seen.size) return false;
    // through the descriptor: the path may be another file by now
    copyFileSync(`/proc/self/fd/${descriptor}`, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    // later versions of libuv give the copy the owner of what was copied, and a backup is root's alone
    chownSync(target, process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
    chmodSync(target, 0o600);
    return true;
  } finally {
    closeSync(descriptor);
  }
}
