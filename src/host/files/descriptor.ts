import { closeSync, constants, fstatSync, lstatSync, openSync, statfsSync, type BigIntStats } from "node:fs";
import { Problem } from "../../problem/problem.js";
import type { Entry } from "../host.js";
import { modeBits } from "../mode-bits.js";

/** Opens a name only as a handle for walking; needs no permission to read it (open(2), Linux). */
const O_PATH = 0o10000000;

/** Flags that open a folder for walking: the folder itself, not what a link with that name points to. */
export const walkFlags = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

const procfsMagic = 0x9fa0;
let procChecked = false;

/**
 * The path of a name in an open folder, whatever has happened to the folder's own name since. For one
 * component only: `name` contains no slash.
 */
export function at(folder: number, name: string): string {
  return `/proc/self/fd/${folder}/${name}`;
}

/** The same for a name as bytes, which need not be UTF-8. */
export function atBytes(folder: number, name: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`/proc/self/fd/${folder}/`), name]);
}

/**
 * True for a file of procfs: what is read there comes from the kernel or a process's memory, not from a file
 * that somebody wrote.
 */
export function isKernels(fd: number): boolean {
  try {
    return statfsSync(`/proc/self/fd/${fd}`).type === procfsMagic;
  } catch {
    // without /proc there are no files in it
    return false;
  }
}

/** Throws unless descriptors can be trusted as paths: anything but procfs at /proc could lead anywhere. */
export function requireProc(): void {
  if (procChecked) return;
  let type: number | undefined;
  try {
    type = statfsSync("/proc/self/fd").type;
  } catch {
    // reported below, like a folder of another kind
  }
  if (type !== procfsMagic) {
    throw new Problem("host-no-proc", "/proc is not mounted, so files cannot be reached safely", {
      where: { path: "/proc/self/fd" },
      hint: "mount -t proc proc /proc",
    });
  }
  procChecked = true;
}

/** Runs `use` with an open descriptor and closes it whatever happens. */
export function withDescriptor<T>(target: string, flags: number, use: (fd: number) => T, mode?: number): T {
  const fd = openSync(target, flags, mode);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** What a name in an open folder is, without following links; undefined if there is nothing. */
export function entryAt(folder: number, name: string): Entry | undefined {
  const stats = lstatSync(at(folder, name), { bigint: true, throwIfNoEntry: false });
  return stats && entryOf(stats);
}

export function entryOfDescriptor(fd: number): Entry {
  return entryOf(fstatSync(fd, { bigint: true }));
}

export function entryOf(stats: BigIntStats): Entry {
  return {
    kind: kindOf(stats),
    mode: Number(stats.mode) & modeBits,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: Number(stats.size),
    links: Number(stats.nlink),
    device: stats.dev,
    inode: stats.ino,
  };
}

/** True when both are one inode. */
export function isSame(left: Entry | undefined, right: Entry | undefined): boolean {
  return (
    left !== undefined && right !== undefined && left.device === right.device && left.inode === right.inode
  );
}

function kindOf(stats: BigIntStats): Entry["kind"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  if (stats.isSymbolicLink()) return "link";
  if (stats.isFIFO()) return "fifo";
  return stats.isSocket() ? "socket" : "device";
}
