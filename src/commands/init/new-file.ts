import { closeSync, constants, fsyncSync, openSync, writeSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import { errorCode, isSystemError } from "../../problem/thrown.js";
import { privateModes } from "../../host/rights.js";

/**
 * The user's file, created with the user's rights (0600); an existing one is never touched. `what` it is, for
 * people: "the profile". Throws `init-cannot-write`.
 */
export function writeNew(file: string, text: string, what = "the profile"): void {
  try {
    const descriptor = openSync(
      file,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
      privateModes.file,
    );
    try {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    const code = errorCode(cause);
    throw new Problem("init-cannot-write", `${what} cannot be written`, {
      where: { path: file },
      detail: code === "EEXIST" ? "there is already a file with this name" : String(code),
      hint:
        code === "EEXIST"
          ? "name another file, or move that one away"
          : "check the folder and its permissions",
      cause,
    });
  }
}
