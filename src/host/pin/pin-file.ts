import { closeSync, constants, fstatSync, openSync, type Stats } from "node:fs";
import { modeText } from "../../formats/text/mode-text.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { ProblemCode } from "../../problem/codes.js";
import { Problem, type Where } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import { at, isKernels } from "../files/descriptor.js";
import { withFound } from "../files/found.js";
import { openPatiently, whyUnreadable } from "../files/why-unreadable.js";
import { hardLinked, isRootsAlone, trustedOwners } from "../files/trust.js";
import { asAbsolutePath, type AbsolutePath } from "../path.js";
import { readDescriptor } from "./read-descriptor.js";
import { emptyPin, longestPin } from "./pin-text.js";
import { groupBits, worldBits } from "../mode-bits.js";

export interface PinFile {
  readonly bytes: Buffer;
  readonly problems: readonly Problem[];
}

/** Space for the PIN, a CRLF, and one byte that shows that there is more. */
const readAtMost = longestPin + 3;

const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Reads a PIN file. Root reads it only if nobody else can choose which file it is: the PIN goes to a process
 * of the service user, who could otherwise obtain any file of root's through a link. Root's links are
 * followed (`/run/secrets` is full of them). What counts is the file that was opened: it must be regular,
 * owned by root or this user, and not readable or writable by others. A group that can read it causes a
 * warning.
 */
export async function readPinFile(path: string): Promise<PinFile> {
  const where = { path };
  const descriptor = await open(path, where);
  try {
    const problems = judged(fstatSync(descriptor), where);
    return { bytes: await bytesOf(descriptor, where), problems };
  } finally {
    closeSync(descriptor);
  }
}

/**
 * What is wrong with a PIN file, without reading it: the warnings of `readPinFile`, and what that throws for
 * where it is, its rights and its emptiness is thrown here too.
 */
export async function lookAtPinFile(path: string): Promise<readonly Problem[]> {
  const where = { path };
  const descriptor = await open(path, where);
  try {
    const stat = fstatSync(descriptor);
    const problems = judged(stat, where);
    if (stat.size === 0) throw emptyPin(`file ${path}`);
    return problems;
  } finally {
    closeSync(descriptor);
  }
}

async function open(path: string, where: Where): Promise<number> {
  try {
    const walked = process.geteuid?.() === 0 ? asAbsolutePath(path) : undefined;
    // without root there are no privileges to abuse
    const descriptor = await openPatiently(() =>
      walked === undefined ? openSync(path, flags) : openTrusted(walked),
    );
    if (descriptor !== undefined) return descriptor;
  } catch (error) {
    if (error instanceof Problem)
      throw error.code === "host-not-a-folder" ? missing(where) : untrusted(error, where);
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === "ENXIO") throw notRegular(where);
    if (code !== "ENOENT" && code !== "ENOTDIR") throw unreadable(error, where);
  }
  throw missing(where);
}

async function bytesOf(descriptor: number, where: Where): Promise<Buffer> {
  // reading some of them consumes what others should read (/proc/kmsg)
  if (isKernels(descriptor)) {
    throw new Problem("pin-file-unreadable", "the PIN file cannot be read", {
      where,
      detail: "it is a kernel file (proc), which nobody wrote a PIN into",
      hint: "write the PIN into a file on a disk, or give another source",
    });
  }
  try {
    return await readDescriptor(descriptor, readAtMost, { waits: false });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw unreadable(error, where);
  }
}

/** Without the cause: nothing of the file is ever quoted. */
function unreadable(error: unknown, where: Where): Problem {
  return new Problem("pin-file-unreadable", "the PIN file cannot be read", {
    where,
    ...whyUnreadable(where.path, error),
  });
}

function openTrusted(path: AbsolutePath): number | undefined {
  return withFound({ root: "/", owners: trustedOwners([]) }, path, "secret", ({ folder, name, entry }) => {
    if (entry.kind === "file" && entry.links > 1 && !isRootsAlone(folder)) throw hardLinked(entry, path);
    // nothing is opened before it is known to be a regular file: opening a device acts on it
    if (entry.kind !== "file") throw notRegular({ path });
    return openSync(at(folder.fd, name), flags | constants.O_NOFOLLOW);
  });
}

function missing(where: Where): Problem {
  return new Problem("pin-file-missing", "the PIN file does not exist", {
    where,
    hint: "write the PIN there, readable only by root (mode 0600), or name another source",
  });
}

function notRegular(where: Where): Problem {
  return new Problem("pin-file-not-regular", "the PIN file is not a regular file", {
    where,
    hint: "give the PIN through a descriptor (fd) if it comes from a pipe",
  });
}

/** What the walk refuses, in words about a PIN; this follows the path. */
const reasons: Readonly<Partial<Record<ProblemCode, string>>> = {
  "host-untrusted-owner": "belongs to somebody else",
  "host-untrusted-folder": "is a folder that others can write in",
  "host-untrusted-link": "is a link that others may have made, or one that leads nowhere",
  "host-hard-link": "has another name (hard link) that others may have made",
};

function untrusted(problem: Problem, where: Where): Problem {
  if (problem.code.startsWith("pin-")) return problem;
  return new Problem("pin-file-untrusted", "users other than root can decide what the PIN file is", {
    where,
    detail:
      `${problem.where?.path ?? where.path} ` +
      (reasons[problem.code] ?? `cannot be walked through: ${problem.message}`),
    hint: "keep it in a folder that belongs to root, as do all above it, and in which nobody else can write",
  });
}

function judged(stat: Stats, where: Where): Problem[] {
  const mode = modeText(stat.mode);
  if (!stat.isFile()) throw notRegular(where);
  if (stat.uid !== 0 && stat.uid !== process.geteuid?.()) {
    throw new Problem("pin-file-foreign", "the PIN file belongs to another user", {
      where,
      detail: `its owner is the user with the id ${stat.uid}`,
      hint: "give it to root, mode 0600",
    });
  }
  if ((stat.mode & worldBits) !== 0) {
    throw new Problem("pin-file-exposed", "everyone on this machine can reach the PIN file", {
      where,
      detail: `mode ${mode}`,
      hint: `chmod 0600 ${shellWord(where.path)}, and change the PIN if others may have read it`,
    });
  }
  if ((stat.mode & groupBits) === 0) return [];
  // the group's bits are also the mask of an ACL, which Node cannot read
  const detail =
    `mode ${mode}, for the group with the id ${stat.gid} and whomever an access control list ` +
    "names (getfacl)";
  return [
    new Problem("pin-file-group-readable", "a group, or others by an ACL, can reach the PIN file", {
      severity: "warning",
      where,
      detail,
      hint: `chmod 0600 ${shellWord(where.path)}`,
    }),
  ];
}
