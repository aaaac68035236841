import { constants, createReadStream, fstatSync, openSync, closeSync, readSync } from "node:fs";
import { isKernels } from "../../host/files/descriptor.js";
import type { Owners } from "../../host/files/trust.js";
import { openPatiently, whyUnreadable } from "../../host/files/why-unreadable.js";
import type { Doubt } from "../../host/given-file.js";
import { Problem } from "../../problem/problem.js";
import { errorCode, isSystemError } from "../../problem/thrown.js";
import { profileSizeLimit, tooLarge } from "./source-text.js";

export interface Input {
  readonly bytes: Uint8Array;
  /** Why someone who is not trusted may be able to change it; standard input is not checked. */
  readonly doubt?: Doubt | undefined;
}

/**
 * Bytes of the profile a user named; `-` is standard input. The file is the user's, read with the user's
 * rights, not one of the host's; `file` is its name in problems. With `trusted`, who can change the opened
 * file is checked too. Never waits on a FIFO or device and never holds more than the size limit. Throws a
 * Problem for what a user or the system can cause; any other error is thrown as it is.
 */
export async function readInput(path: string, file = path, trusted?: Owners): Promise<Input> {
  return path === "-" ? { bytes: await readStandardInput() } : readRegularFile(path, file, trusted);
}

async function readRegularFile(path: string, file: string, trusted: Owners | undefined): Promise<Input> {
  const descriptor = await opened(path, file);
  try {
    const entry = fstatSync(descriptor);
    if (entry.isDirectory()) throw notAFile(file, "a folder", "give the profile's file");
    if (!entry.isFile())
      throw notAFile(file, "not a regular file", "to read from a pipe, give - and redirect standard input");
    if (isKernels(descriptor)) throw notAFile(file, "a kernel file (proc)", "give the profile's file");
    if (entry.size > profileSizeLimit) throw tooLarge(file);
    const doubt =
      trusted && (await (await import("../../host/given-file.js")).doubtAbout(descriptor, trusted));
    return { bytes: readUpToLimit(descriptor, file), doubt };
  } catch (error) {
    throw isSystemError(error) ? unreadable(path, file, error) : error;
  } finally {
    closeSync(descriptor);
  }
}

async function opened(path: string, file: string): Promise<number> {
  if (path.includes("\0")) throw missing(file);
  try {
    return await openPatiently(() =>
      openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY),
    );
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") throw missing(file);
    if (errorCode(error) === "ENXIO") throw notAFile(file, "a socket", "give the profile's file");
    throw isSystemError(error) ? unreadable(path, file, error) : error;
  }
}

/** The file may grow while it is read: the size found beforehand proves nothing. */
function readUpToLimit(descriptor: number, file: string): Uint8Array {
  const buffer = Buffer.alloc(Math.min(fstatSync(descriptor).size, profileSizeLimit) + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (count === 0) return buffer.subarray(0, length);
    length += count;
    if (length === buffer.length) throw length > profileSizeLimit ? tooLarge(file) : grewWhileRead(file);
  }
}

async function readStandardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of createReadStream("", { fd: 0, autoClose: false })) {
      const bytes = Buffer.from(chunk as Uint8Array);
      length += bytes.length;
      if (length > profileSizeLimit) throw tooLarge("-");
      chunks.push(bytes);
    }
  } catch (error) {
    throw isSystemError(error) ? unreadable("/dev/stdin", "-", error) : error;
  }
  return Buffer.concat(chunks);
}

function missing(file: string): Problem {
  return new Problem("profile-missing", "profile does not exist", {
    where: { path: file },
    hint: "check the name; the README shows a profile to start from",
  });
}

function notAFile(file: string, what: string, hint: string): Problem {
  return new Problem("profile-not-a-file", "profile is not a file", {
    where: { path: file },
    detail: `it is ${what}`,
    hint,
  });
}

function grewWhileRead(file: string): Problem {
  return new Problem("profile-unreadable", "profile cannot be read", {
    where: { path: file },
    detail: "it grew while it was read",
    hint: "run again",
  });
}

function unreadable(path: string, file: string, cause: unknown): Problem {
  return new Problem("profile-unreadable", "profile cannot be read", {
    where: { path: file },
    ...whyUnreadable(path, cause),
    cause,
  });
}
