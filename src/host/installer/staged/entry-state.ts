import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readlinkSync, readSync } from "node:fs";
import type { Stats } from "node:fs";
import { sameAttributes } from "../../files/set-attributes.js";
import { sizeLimits } from "../../size-limits.js";
import type { Attributes } from "../../host.js";
import { Problem } from "../../../problem/problem.js";
import { errorCode } from "../../../problem/thrown.js";
import { modeBits, permissionBits } from "../../mode-bits.js";
import { mebibyte } from "../../../formats/units.js";

interface Owned {
  /** Permission bits, setuid, setgid and sticky among them. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface FileState extends Owned {
  readonly kind: "file";
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Number of names (hard links); absent: one. */
  readonly links?: number;
  /** Of these, others in the same folder, where somebody has looked for them. */
  readonly otherNames?: readonly string[];
  /** Absent where there are none, or nobody has looked. */
  readonly attributes?: Attributes;
}

export interface FolderState extends Owned {
  readonly kind: "folder";
  /** As of a file. */
  readonly attributes?: Attributes;
}

export interface LinkState extends Owned {
  readonly kind: "link";
  readonly target: string;
}

/** What no plan can make: a device, a FIFO or a socket. */
export interface SpecialState extends Owned {
  readonly kind: "device" | "fifo" | "socket";
}

/** All that a plan can bring about at a path. */
export type EntryState = FileState | FolderState | LinkState | SpecialState;

const bufferBytes = mebibyte;

/** Follows no link at its end; undefined where nothing lies there. */
export function statsOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    // what should be a folder on the way is not one, or links on it lead in a circle
    if (["ENOTDIR", "ELOOP"].includes(errorCode(error) ?? "")) return undefined;
    throw error;
  }
}

/**
 * What lies at a path of this machine; null where nothing does. Follows no link at its end. For trees in
 * which nobody works meanwhile, or where only looking is at stake. With `planned`, its path on the host,
 * throws `installer-file-too-large` for a file that no plan can install or put back, before it is read.
 */
export function stateAt(file: string, planned?: string): EntryState | null {
  const stats = statsOf(file);
  if (stats === undefined) return null;
  const owned = { mode: stats.mode & modeBits, uid: stats.uid, gid: stats.gid };
  if (stats.isDirectory()) return { kind: "folder", ...owned };
  // the kernel gives every link the same mode
  if (stats.isSymbolicLink())
    return { kind: "link", ...owned, mode: permissionBits, target: readlinkSync(file) };
  if (!stats.isFile())
    return { kind: stats.isFIFO() ? "fifo" : stats.isSocket() ? "socket" : "device", ...owned };
  const { size, nlink } = stats;
  if (planned !== undefined && size > sizeLimits.installed) throw tooLarge(planned, size);
  return { kind: "file", ...owned, size, ...(nlink > 1 && { links: nlink }), sha256: hashOf(file) };
}

function tooLarge(path: string, bytes: number): Problem {
  return new Problem(
    "installer-file-too-large",
    "install.sh makes, changes or removes a file that is too large",
    {
      where: { path },
      detail: `${bytes} bytes; a plan installs and puts back files of up to ${sizeLimits.installed}`,
      hint:
        "ask the vendor what it is for; with --in-place (module.in_place: true), install.sh works on the " +
        "root itself",
    },
  );
}

/** Whether two states are the same; attributes count too. */
export function isSame(left: EntryState | null, right: EntryState | null): boolean {
  if (left === null || right === null) return left === right;
  return (
    left.kind === right.kind &&
    left.mode === right.mode &&
    left.uid === right.uid &&
    left.gid === right.gid &&
    (left.kind !== "file" || right.kind !== "file" || hasSameContent(left, right)) &&
    (left.kind !== "folder" || right.kind !== "folder" || hasSameAttributes(left, right)) &&
    (left.kind !== "link" || right.kind !== "link" || left.target === right.target)
  );
}

/** Whether two files hold the same, attributes included. */
export function hasSameContent(left: FileState, right: FileState): boolean {
  return left.sha256 === right.sha256 && hasSameAttributes(left, right);
}

type Dressed = Pick<FolderState, "attributes">;

export function hasSameAttributes(left: Dressed, right: Dressed): boolean {
  return sameAttributes(left.attributes ?? {}, right.attributes ?? {});
}

function hashOf(file: string): string {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(bufferBytes);
    for (let bytes = readSync(descriptor, buffer); bytes > 0; bytes = readSync(descriptor, buffer))
      hash.update(buffer.subarray(0, bytes));
    return hash.digest("hex");
  } finally {
    closeSync(descriptor);
  }
}
