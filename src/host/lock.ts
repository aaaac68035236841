import {
  closeSync,
  constants,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { Problem } from "../problem/problem.js";
import { errorCode } from "../problem/thrown.js";
import { withoutUrlSecrets } from "../problem/without-url-secrets.js";
import { at, entryAt, entryOfDescriptor, isSame, requireProc } from "./files/descriptor.js";
import { asFileProblem } from "./files/file-problem.js";
import { flock, type FlockRequest } from "./flock.js";
import type { Entry, Host } from "./host.js";
import { joined, nameOf, path, type AbsolutePath } from "./path.js";
import { realFiles } from "./files/real-files.js";
import { trustedOwners, type Owners } from "./files/trust.js";
import { withFolder, type Folder } from "./files/walk.js";
import { inLockFolder, lockFolder } from "./lock-folder.js";
import { privateModes } from "./rights.js";
import { othersBits } from "./mode-bits.js";

export interface LockRequest {
  readonly host: Pick<Host, "root">;
  /** How long to wait for another run; 0: not at all. */
  readonly waitSeconds: number;
  readonly signal?: AbortSignal;
}

export interface Lock {
  /** Lets the next run in. The lock also ends with this process, however that ends. */
  release(): void;
}

/** Where earlier versions had their lock, in a folder in which everyone can write. */
const formerFolder = path("/run/lock");

/**
 * Makes this the only run that changes the host's root: flock(2) on a file of root's, held through this
 * process's open file, so that a killed holder leaves nothing behind. Each root has a separate lock on this
 * machine. Throws `host-locked`, naming the holder, if another run still holds it after the wait.
 */
export async function acquireLock({ host, waitSeconds, signal }: LockRequest): Promise<Lock> {
  const file = lockFile(host.root);
  for (;;) {
    const fd = asFileProblem(file, () => openLockFile(file));
    let former: number | undefined;
    try {
      const how: FlockRequest = { mode: "--exclusive", waitSeconds, signal };
      await requireFlock(fd, file, how);
      former = openFormer(host.root);
      if (former !== undefined) await requireFlock(former, formerFile(host.root), how);
      if (asFileProblem(file, () => isStillNamed(fd, file))) return heldBy(fd, former);
    } catch (error) {
      close(fd, former);
      throw error;
    }
    // somebody removed the file during the wait: a lock on it keeps nobody out
    close(fd, former);
  }
}

/**
 * Whether a run holds the lock now. Does not create a lock file. A released lock is not touched, since many
 * processes that check one after the other could keep a run out; only if the last holder was killed is the
 * lock held, for an instant.
 */
export async function isLocked(host: Pick<Host, "root">): Promise<boolean> {
  const file = lockFile(host.root);
  const isThere = realFiles("/", []).entry(file) !== undefined;
  const open = (): number => asFileProblem(file, () => openLockFile(file));
  if (isThere && (await isHeld(open(), file))) return true;
  const former = openFormer(host.root);
  return former !== undefined && (await isHeld(former, formerFile(host.root)));
}

async function isHeld(fd: number, file: AbsolutePath): Promise<boolean> {
  try {
    if (holderOf(fd) === "") return false;
    return !(await flock(fd, file, { mode: "--shared", waitSeconds: 0 }));
  } catch (error) {
    if (error instanceof Problem && error.code === "host-locked") return true;
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Where the lock of a root is. */
export function lockFile(root: AbsolutePath): AbsolutePath {
  return joined(lockFolder, `lock${markOf(root)}`);
}

function formerFile(root: AbsolutePath): AbsolutePath {
  return joined(formerFolder, `knetctl${markOf(root)}.lock`);
}

/**
 * By device and inode, so that a folder with two names is one root. For `/` the name is always the same,
 * whatever its disk.
 */
function markOf(root: AbsolutePath): string {
  if (root === "/") return "";
  const { dev, ino } = statSync(root, { bigint: true });
  return `-${dev}-${ino}`;
}

function openLockFile(file: AbsolutePath): number {
  requireProc();
  const owners = trustedOwners([]);
  return inLockFolder((folder) => {
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
    const flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
    removeForeign(folder, nameOf(file), owners);
    return openSync(at(folder.fd, nameOf(file)), flags, privateModes.file);
  });
}

/**
 * What is in the lock's place and is not a lock. Nobody but root comes into the folder, so nothing of
 * anybody's is lost; a folder may hold something.
 */
function removeForeign(folder: Folder, name: string, owners: Owners): void {
  const standing = entryAt(folder.fd, name);
  if (standing === undefined || isOwn(standing, owners)) return;
  if (standing.kind !== "folder") unlinkSync(at(folder.fd, name));
  else removeEmpty(folder, name);
}

function removeEmpty(folder: Folder, name: string): void {
  try {
    rmdirSync(at(folder.fd, name));
  } catch (error) {
    if (errorCode(error) !== "ENOTEMPTY" && errorCode(error) !== "EEXIST" && errorCode(error) !== "EBUSY")
      throw error;
    const file = joined(folder.path, name);
    throw new Problem(
      "host-folder-not-empty",
      "a folder is where the lock should be, and something is in it or mounted on it",
      {
        where: { path: file },
        hint: `find out what it is, then remove it: umount it, or rm -r ${file}`,
      },
    );
  }
}

/** Whether it is a file that only root can have locked. */
export function isOwn({ kind, uid, links, mode }: Entry, owners: Owners): boolean {
  return kind === "file" && owners.has(uid) && links === 1 && (mode & othersBits) === 0;
}

/**
 * The lock of an earlier version that may still be running, if only root can hold it; anything else there is
 * ignored.
 */
function openFormer(root: AbsolutePath): number | undefined {
  const owners = trustedOwners([]);
  try {
    return withFolder({ root: "/", owners }, formerFolder, "change", (folder) => {
      const name = nameOf(formerFile(root));
      const standing = entryAt(folder.fd, name);
      if (standing === undefined || !isOwn(standing, owners)) return undefined;
      const fd = openSync(
        at(folder.fd, name),
        constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
      if (isSame(standing, entryOfDescriptor(fd))) return fd;
      closeSync(fd);
      return undefined;
    });
  } catch {
    // a folder that is not to be trusted, or a name that changes: no lock of root's
    return undefined;
  }
}

function isStillNamed(fd: number, file: AbsolutePath): boolean {
  return isSame(entryOfDescriptor(fd), realFiles("/", []).entry(file));
}

async function requireFlock(fd: number, file: AbsolutePath, how: FlockRequest): Promise<void> {
  if (!(await flock(fd, file, how))) throw locked(fd, file, how.waitSeconds);
}

function heldBy(fd: number, former: number | undefined): Lock {
  writeHolder(fd, `pid ${process.pid}, started ${new Date().toISOString()}: ${ownCommandLine()}\n`);
  let isHeld = true;
  return {
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      writeHolder(fd, "");
      close(fd, former);
    },
  };
}

function close(...descriptors: readonly (number | undefined)[]): void {
  for (const fd of descriptors) if (fd !== undefined) closeSync(fd);
}

/** A courtesy to whoever has to wait: on a full disk, the lock works without it. */
function writeHolder(fd: number, text: string): void {
  try {
    ftruncateSync(fd);
    if (text !== "") writeSync(fd, text, 0);
  } catch {
    // they are told then that the holder has not written its name
  }
}

function locked(fd: number, file: AbsolutePath, waitSeconds: number): Problem {
  const holder = holderOf(fd);
  return new Problem(
    "host-locked",
    waitSeconds > 0
      ? `another run of knetctl still holds the lock after ${waitSeconds} s`
      : "another run of knetctl holds the lock",
    {
      where: { path: file },
      detail: holder === "" ? "the holder has not written its name yet" : `held by ${holder}`,
      hint: "wait for it to end, or let --lock-timeout SECONDS do the waiting",
    },
  );
}

/** What the holder wrote about itself; empty once it has released the lock. */
function holderOf(fd: number): string {
  const text = Buffer.alloc(1024);
  return text.toString("utf8", 0, readSync(fd, text, 0, text.length, 0)).trim();
}

/** Without node's own path and options; no argument of ours ever holds a PIN. */
function ownCommandLine(): string {
  const words = readFileSync("/proc/self/cmdline", "utf8")
    .split("\0")
    .slice(1 + process.execArgv.length);
  return withoutUrlSecrets(words.join(" "))
    .trim()
    .slice(0, 500)
    .replace(/[^\x20-\x7e]/g, "?");
}
