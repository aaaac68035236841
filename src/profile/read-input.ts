import { constants, createReadStream, fstatSync, openSync, closeSync, readSync } from "node:fs";
import { Problem } from "../problem/problem.js";
import { profileSizeLimit, tooLarge } from "./source-text.js";

/**
 * Bytes of the profile a user named; `-` is standard input. The user's own file, read with the user's own rights, not a file
 * of the host; `file` is its name in problems. Never waits on a FIFO or device and never holds more than the size limit. Throws a Problem.
 */
export async function readInput(path: string, file = path): Promise<Uint8Array> {
  return path === "-" ? readStandardInput() : readRegularFile(path, file);
}

function readRegularFile(path: string, file: string): Uint8Array {
  const descriptor = opened(path, file);
  try {
    const entry = fstatSync(descriptor);
    if (entry.isDirectory()) throw notAFile(file, "a folder", "give the profile's file");
    if (!entry.isFile()) throw notAFile(file, "not a regular file", "to read from a pipe, give - and redirect standard input");
    if (entry.size > profileSizeLimit) throw tooLarge(file);
    return readUpToLimit(descriptor, file);
  } catch (error) {
    throw error instanceof Problem ? error : unreadable(file, error);
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string, file: string): number {
  if (path.includes("\0")) throw missing(file);
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") throw missing(file);
    if (codeOf(error) === "ENXIO") throw notAFile(file, "a socket", "give the profile's file");
    throw unreadable(file, error);
  }
}

/** The file may grow while it is read: the size that was asked for first proves nothing. */
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
    throw error instanceof Problem ? error : unreadable("-", error);
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
  return new Problem("profile-not-a-file", "profile is not a file", { where: { path: file }, detail: `it is ${what}`, hint });
}

function grewWhileRead(file: string): Problem {
  return new Problem("profile-unreadable", "profile grew while it was read", { where: { path: file }, hint: "run again" });
}

function unreadable(file: string, error: unknown): Problem {
  const code = codeOf(error) ?? "unknown error";
  return new Problem("profile-unreadable", "profile cannot be read", {
    where: { path: file },
    detail: code,
    hint: code === "EACCES" || code === "EPERM" ? "run as a user who may read it, or change its mode" : "check the file and its file system",
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
