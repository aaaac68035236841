import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Problem } from "../problem/problem.js";
import { errorCode } from "../problem/thrown.js";

/**
 * Makes a folder and any missing parents; true if it did not exist before. Does not use Node's `recursive`,
 * which loops forever if the kernel reports ENOENT for a folder whose parent exists (mkdir below /proc).
 * Throws `simulator-cannot-write`.
 */
export async function makeFolders(folder: string, mode = 0o777): Promise<boolean> {
  try {
    return await make(folder, mode);
  } catch (error) {
    throw error instanceof Problem ? error : cannotWrite(folder, error);
  }
}

async function make(folder: string, mode: number): Promise<boolean> {
  try {
    await mkdir(folder, { mode });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST" && (await stat(folder)).isDirectory()) return false;
    if (errorCode(error) !== "ENOENT" || dirname(folder) === folder) throw error;
  }
  await makeFolders(dirname(folder), mode);
  await mkdir(folder, { mode });
  return true;
}

/** The problem for a folder or file that the simulator was asked to write but cannot. */
export function cannotWrite(path: string, cause: unknown): Problem {
  return new Problem("simulator-cannot-write", "the simulator cannot write there", {
    where: { path },
    detail: errorCode(cause) ?? "unexpected error",
    hint: "name a folder on a file system where this user may write",
    cause,
  });
}
