import { closeSync, constants, openSync, unlinkSync, writeSync } from "node:fs";
import { Problem } from "../problem/problem.js";
import { at, entryAt, entryOfDescriptor, isSame } from "./files/descriptor.js";
import { asFileProblem } from "./files/file-problem.js";
import { trustedOwners } from "./files/trust.js";
import { withFolder, type Folder } from "./files/walk.js";
import { flock } from "./flock.js";
import { joined, nameOf, type AbsolutePath, folderOf } from "./path.js";
import type { OwnState } from "./state-folder.js";
import { privateModes } from "./rights.js";

export interface FileLockRequest {
  readonly waitSeconds: number;
  /** How much is written to the file first, so that a full disk shows. Bytes. */
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * An exclusive lock by the name of a file in a state folder that is there. It ends with this process, however
 * that ends; the file is removed with it. Undefined: somebody else still holds it after the wait. Throws
 * Problems (`host-…`) if the file cannot be made, and `interrupted`.
 */
export async function lockFileIn(
  { folder, owner }: OwnState,
  name: string,
  { waitSeconds, bytes, signal }: FileLockRequest,
): Promise<{ release(): void } | undefined> {
  const file = joined(folder, name);
  const until = performance.now() + waitSeconds * 1000;
  for (;;) {
    const fd = inFolder(file, owner.uid, (folder) => openLock(folder, name, owner.uid));
    try {
      const left = Math.max(0, (until - performance.now()) / 1000);
      if (!(await flock(fd, file, { mode: "--exclusive", waitSeconds: left, signal }))) {
        closeSync(fd);
        return undefined;
      }
      if (inFolder(file, owner.uid, (folder) => isStillNamed(folder, name, fd))) {
        asFileProblem(file, () => writeSync(fd, Buffer.alloc(bytes), 0, bytes, 0));
        return {
          release: () => {
            releaseLock(fd, file, owner.uid);
          },
        };
      }
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    // its holder has removed the file meanwhile: a lock on it keeps nobody out
    closeSync(fd);
  }
}

function inFolder<T>(file: AbsolutePath, uid: number, use: (folder: Folder) => T): T {
  const tree = { root: "/", owners: trustedOwners([uid]) };
  const result = asFileProblem(file, () =>
    withFolder(tree, folderOf(file), "change", (folder) => ({ of: use(folder) })),
  );
  if (result !== undefined) return result.of;
  throw new Problem("host-lock-failed", "the folder of the lock is missing", {
    where: { path: folderOf(file) },
    hint: "run again; if this repeats, find out what removes it",
  });
}

function openLock(folder: Folder, name: string, uid: number): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const standing = entryAt(folder.fd, name);
  if (standing !== undefined && !(standing.kind === "file" && standing.uid === uid && standing.links === 1))
    throw new Problem(
      "host-lock-failed",
      "what is in the lock's place is not a regular file of this user's alone",
      {
        where: { path: joined(folder.path, name) },
        hint: "find out what it is, then remove it",
      },
    );
  return openSync(at(folder.fd, name), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, privateModes.file);
}

function isStillNamed(folder: Folder, name: string, fd: number): boolean {
  return isSame(entryOfDescriptor(fd), entryAt(folder.fd, name));
}

/** A file that cannot be removed locks nobody out: the lock ends all the same. */
function releaseLock(fd: number, file: AbsolutePath, uid: number): void {
  try {
    inFolder(file, uid, (folder) => {
      if (isStillNamed(folder, nameOf(file), fd)) unlinkSync(at(folder.fd, nameOf(file)));
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  } finally {
    closeSync(fd);
  }
}
