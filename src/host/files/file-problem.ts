import type { ProblemCode } from "../../problem/codes.js";
import { Problem } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import type { AbsolutePath } from "../path.js";

type Meaning = readonly [code: ProblemCode, title: string, hint?: string];

/**
 * A name that was there a moment ago, or was something else: a file that is simply missing never gets this
 * far.
 */
const vanished: Meaning = [
  "host-entry-changed",
  "somebody changed the path while it was being worked on",
  "find out who is working in this folder, then run again",
];

const meanings: Readonly<Record<string, Meaning>> = {
  ENOENT: vanished,
  ENOTDIR: vanished,
  ELOOP: vanished,
  ENXIO: vanished,
  ESTALE: vanished,
  ENOSPC: ["host-no-space", "no space is left on the device", "free space (df -h, df -i), then run again"],
  EDQUOT: ["host-no-space", "the disk quota is used up", "free space or raise the quota, then run again"],
  EROFS: [
    "host-file-system-read-only",
    "the file system is read-only",
    "remount it writable, or look for disk errors in dmesg",
  ],
  EAGAIN: [
    "host-input-output",
    "another program holds a lease on the file",
    "run again when it is done with it; lines with LEASE in /proc/locks show its process",
  ],
  EIO: ["host-input-output", "the device reports an input/output error", "look for disk errors in dmesg"],
  EMFILE: ["host-input-output", "this process may not open more files", "look at `ulimit -n`"],
  EFBIG: ["host-file-size-limit", "the file is larger than this process may write", "look at `ulimit -f`"],
};

/** Runs some work on `path`; a refusal by the system becomes a problem with the path and what to do. */
export function asFileProblem<T>(path: AbsolutePath, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw fileProblem(error, path);
  }
}

/** The same for asynchronous work. */
export async function asFileProblemOf<T>(path: AbsolutePath, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileProblem(error, path);
  }
}

function fileProblem(error: unknown, path: AbsolutePath): unknown {
  const code = errorCode(error);
  if (code === undefined || error instanceof Problem || !(error instanceof Error && "syscall" in error))
    return error;
  const [problemCode, title, hint] =
    meaningOf(error, code) ?? (isRefusal(code) ? refusal() : ["host-input-output", "the system call failed"]);
  return new Problem(problemCode, title, {
    where: { path },
    detail: systemCall(error, code),
    ...(hint !== undefined && { hint }),
    cause: error,
  });
}

/** readlink(2) answers EINVAL for what is no longer a link. */
function meaningOf(error: object, code: string): Meaning | undefined {
  const isReadLink = "syscall" in error && error.syscall === "readlink";
  return isReadLink && code === "EINVAL" ? vanished : meanings[code];
}

/** Node's system error texts quote the path of a descriptor, which means nothing to a person. */
function systemCall(error: unknown, code: string): string {
  const call =
    error instanceof Error && "syscall" in error && typeof error.syscall === "string"
      ? error.syscall
      : "call";
  return `${call}: ${code}`;
}

function isRefusal(code: string): boolean {
  return code === "EACCES" || code === "EPERM";
}

function refusal(): Meaning {
  return process.geteuid?.() === 0
    ? [
        "host-file-immutable",
        "the system refuses this even to root",
        "check `lsattr` (chattr +i), AppArmor and SELinux denials, and whether its file system gives " +
          "root access (FUSE and NFS may not)",
      ]
    : ["host-not-permitted", "this user may not do that", "run the command as root"];
}
