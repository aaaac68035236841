import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { Problem, type Where } from "../../problem/problem.js";
import { readDescriptor } from "./read-descriptor.js";
import { longestPin } from "./pin-text.js";

export interface PinFile {
  readonly bytes: Buffer;
  readonly problems: readonly Problem[];
}

/** Room for the PIN, a CRLF, and one byte that shows that there is more. */
const readAtMost = longestPin + 3;

/**
 * Reads a PIN file. Links are followed (`/run/secrets` is full of them); what counts is the file that was opened: regular, of root or of
 * this user, and not readable or writable by others. A group that can read it earns a warning.
 */
export async function readPinFile(path: string): Promise<PinFile> {
  const where = { path };
  const descriptor = open(path, where);
  try {
    const stat = fstatSync(descriptor);
    const problems = judged(stat, where);
    return { bytes: await readDescriptor(descriptor, readAtMost), problems };
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string, where: Where): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") throw new Problem("pin-file-missing", "the PIN file does not exist", { where });
    throw new Problem("pin-file-unreadable", "the PIN file cannot be opened", { where, detail: String(code), hint: "check its owner and mode, and those of the folders above it" });
  }
}

function judged(stat: Stats, where: Where): Problem[] {
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, "0");
  if (!stat.isFile()) throw new Problem("pin-file-not-regular", "the PIN file is not a regular file", { where, hint: "give the PIN through a descriptor (fd) if it comes from a pipe" });
  if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) {
    throw new Problem("pin-file-foreign", "the PIN file belongs to another user", { where, detail: `owner is #${stat.uid}`, hint: "make it root's, mode 0600" });
  }
  if ((stat.mode & 0o007) !== 0) {
    throw new Problem("pin-file-exposed", "everybody on this host can reach the PIN file", { where, detail: `mode ${mode}`, hint: `chmod 0600 ${where.path}, and change the PIN if others may have read it` });
  }
  if ((stat.mode & 0o070) === 0 || stat.gid === 0) return [];
  const detail = `mode ${mode}, group #${stat.gid}`;
  return [new Problem("pin-file-group-readable", "a group can reach the PIN file", { severity: "warning", where, detail, hint: `chmod 0600 ${where.path}` })];
}
