import { errorCode, errorMessage } from "../../problem/thrown.js";
import { clientArchive } from "../../vendor/client.js";
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { Problem } from "../../problem/problem.js";
import { isKernels } from "../files/descriptor.js";
import type { Owners } from "../files/trust.js";
import { openPatiently, whyUnreadable } from "../files/why-unreadable.js";
import type { Doubt } from "../given-file.js";
import { archiveLimits } from "./archive-entry.js";
import { privateModes } from "../rights.js";
import { mebibyte } from "../../formats/units.js";

const chunkBytes = mebibyte;

export interface ArchiveCopy {
  /** Lower-case hexadecimal, of the bytes that were copied. */
  readonly sha256: string;
  readonly bytes: number;
}

export interface HashedArchive extends Pick<ArchiveCopy, "sha256"> {
  readonly doubt: Doubt | undefined;
}

/**
 * Copies the archive while hashing it. The file is opened once, so that what was hashed is what was copied,
 * whatever happens to the path in the meantime. `target` must be a new name in a private folder. Problems:
 * `archive-missing`, `archive-unreadable`, `archive-not-a-file`, `archive-too-large`, `archive-empty`,
 * `archive-no-space`.
 */
export async function copyArchive(
  archive: string,
  target: string,
  signal?: AbortSignal,
): Promise<ArchiveCopy> {
  const source = await openArchiveFile(archive);
  try {
    const copy = await open(target, "wx", privateModes.file).catch((error: unknown) => {
      throw noRoom(error, archive);
    });
    try {
      return await readThrough(source, archive, (chunk) => writeChunk(copy, chunk, archive), signal);
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}

/**
 * The SHA-256 of an archive, without keeping a copy; with `trusted`, whether others can change the file that
 * was hashed. The same Problems as `copyArchive`.
 */
export async function hashArchive(
  archive: string,
  trusted?: Owners,
  signal?: AbortSignal,
): Promise<HashedArchive> {
  const source = await openArchiveFile(archive);
  try {
    const doubt = trusted && (await (await import("../given-file.js")).doubtAbout(source.fd, trusted));
    return { sha256: (await readThrough(source, archive, () => Promise.resolve(), signal)).sha256, doubt };
  } finally {
    await source.close();
  }
}

async function openArchiveFile(archive: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    // non-blocking: a FIFO with that name must not hang the program
    handle = await openPatiently(() =>
      open(archive, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY),
    );
  } catch (error) {
    throw openingProblem(archive, error);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw notAFile(archive, stats.isDirectory() ? "a folder" : "not a regular file");
    if (isKernels(handle.fd)) throw notAFile(archive, "a kernel file (proc)");
    if (stats.size > archiveLimits.bytes) throw tooLarge(archive, stats.size);
    return handle;
  } catch (error) {
    await handle.close();
    throw error instanceof Problem ? error : unreadable(archive, error);
  }
}

function notAFile(archive: string, found: string): Problem {
  return new Problem("archive-not-a-file", "the archive is not a file", {
    where: { path: archive },
    detail: `it is ${found}`,
    hint: `name the ${clientArchive} file itself in module.archive`,
  });
}

function openingProblem(archive: string, error: unknown): Problem {
  const code = errorCode(error);
  if (code === "ENXIO") return notAFile(archive, "a socket");
  if (code !== "ENOENT" && code !== "ENOTDIR") return unreadable(archive, error);
  return new Problem("archive-missing", "the archive does not exist", {
    where: { path: archive },
    hint: `put the vendor's ${clientArchive} there, or correct module.archive in the profile`,
    cause: error,
  });
}

function unreadable(archive: string, error: unknown): Problem {
  return new Problem("archive-unreadable", "the archive cannot be read", {
    where: { path: archive },
    ...whyUnreadable(archive, error),
    cause: error,
  });
}

function tooLarge(archive: string, bytes: number): Problem {
  return new Problem("archive-too-large", "the archive is too large", {
    where: { path: archive },
    detail: `${bytes} bytes; at most ${archiveLimits.bytes} are read`,
    hint: "check that module.archive names the vendor's archive",
  });
}

async function readThrough(
  source: FileHandle,
  archive: string,
  use: (chunk: Buffer) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<ArchiveCopy> {
  const hash = createHash("sha256");
  // one byte more than there are: the second read shows the end
  const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, (await source.stat()).size + 1));
  let bytes = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { bytesRead } = await source.read(buffer, 0, buffer.length, null).catch((error: unknown) => {
      throw unreadable(archive, error);
    });
    if (bytesRead === 0) break;
    bytes += bytesRead;
    if (bytes > archiveLimits.bytes) throw tooLarge(archive, bytes);
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await use(chunk);
  }
  if (bytes > 0) return { sha256: hash.digest("hex"), bytes };
  throw new Problem("archive-empty", "the archive is empty", {
    where: { path: archive },
    hint: "the download or copy did not finish: get the archive again",
  });
}

/**
 * Writes the whole chunk; a full disk is a Problem. A handle's `writeFile` continues where the last write
 * ended.
 */
export async function writeChunk(target: FileHandle, chunk: Buffer, archive: string): Promise<void> {
  try {
    await target.writeFile(chunk);
  } catch (error) {
    throw noRoom(error, archive);
  }
}

function noRoom(error: unknown, archive: string): Problem {
  return new Problem("archive-no-space", "no room for a copy of the archive", {
    where: { path: archive },
    detail: errorMessage(error),
    hint: "make room in /tmp and /var/lib, then run again",
    cause: error,
  });
}

/** A warning for an archive whose SHA-256 the profile does not pin; it shows the value to pin. */
export function unpinnedWarning(archive: string, sha256: string): Problem {
  return new Problem("archive-unpinned", "the archive's SHA-256 is not pinned", {
    severity: "warning",
    where: { path: archive },
    detail: "whatever is at this path is run as root",
    hint: `compare with the vendor's value, then add to the profile's module: sha256: ${sha256}`,
  });
}

/**
 * The same if others can change or replace the archive: such an archive is not run as root unless it is
 * pinned.
 */
export function untrustedArchive(archive: string, sha256: string, { detail, remedy }: Doubt): Problem {
  return new Problem("archive-untrusted", "others can change the archive, whose SHA-256 is not pinned", {
    where: { path: archive },
    detail,
    hint:
      `compare with the vendor's value, then add to the profile's module: sha256: ${sha256}; or get ` +
      `the archive again, and ${remedy}`,
  });
}
