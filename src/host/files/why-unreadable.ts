import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode } from "../../problem/thrown.js";
import { mountHolding, mountsNow, type Mount } from "./mounts.js";

/**
 * The parts of a problem that say why a file that a user named could not be opened or read, and what to do.
 */
export interface Unreadable {
  readonly detail: string;
  readonly hint: string;
}

const attempts = 10;
const pauseMs = 50;

/**
 * Opens a file without waiting for it. The first attempt notifies another program that holds a lease on it,
 * which may give the lease up (fcntl(2), Leases): attempts are repeated for half a second.
 */
export async function openPatiently<T>(open: () => T | Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open();
    } catch (error) {
      if (errorCode(error) !== "EAGAIN" || attempt === attempts) throw error;
      await delay(pauseMs);
    }
  }
}

/** What a failed open(2) or read(2) of the file at `path` says. */
export function whyUnreadable(path: string, error: unknown, mounts = mountsNow()): Unreadable {
  const code = errorCode(error) ?? "unknown error";
  const { why, hint } = meaning(code, isRead(error), mountOf(path, mounts));
  return { detail: why === undefined ? code : `${code}: ${why}`, hint };
}

interface Meaning {
  readonly why?: string;
  readonly hint: string;
}

function meaning(code: string, reading: boolean, mount: Mount | undefined): Meaning {
  switch (code) {
    case "EAGAIN":
      return reading
        ? { why: "there is nothing to read in it now", hint: "check that it is the file that was meant" }
        : {
            why: "another program holds a lease on the file (a file server, perhaps)",
            hint:
              "try again when that program is done with it; lines with LEASE in /proc/locks show its " +
              "process",
          };
    case "EACCES":
    case "EPERM":
      return process.geteuid?.() === 0
        ? refusedToRoot(mount)
        : { hint: "run as a user who may read it, or change its mode and those of the folders above it" };
    case "EMFILE":
    case "ENFILE":
      return { why: "no more files may be open", hint: "look at `ulimit -n`" };
    case "EIO":
      return { why: "an input/output error", hint: `look for disk errors in dmesg, and at ${named(mount)}` };
    case "ENOTCONN":
    case "ESTALE":
    case "ETIMEDOUT":
    case "EHOSTDOWN":
      return {
        why: "the server of its file system does not answer",
        hint: `look at ${named(mount)}, or copy the file to a disk of this machine`,
      };
    default:
      return { hint: `check the file, and ${named(mount)}` };
  }
}

/** Owner and mode do not restrict root: it must be the file system, or a rule about programs. */
function refusedToRoot(mount: Mount | undefined): Meaning {
  const type = typeOf(mount);
  const why = `${named(mount)} does not let even root read it`;
  if (type.startsWith("fuse"))
    return {
      why,
      hint:
        "mount it with allow_root or allow_other, or copy the file to a disk of this machine as the user " +
        "who mounted it",
    };
  if (type.startsWith("nfs"))
    return {
      why,
      hint:
        "its server treats root as nobody (root_squash): copy the file to a disk of this machine as a " +
        "user who may read it",
    };
  return {
    why: "it is refused even to root",
    hint:
      "check AppArmor and SELinux denials, which rights a container or unit withholds from root, and " +
      named(mount),
  };
}

function named(mount: Mount | undefined): string {
  return mount === undefined ? "the file system" : `the file system at ${mount.point} (${typeOf(mount)})`;
}

function typeOf(mount: Mount | undefined): string {
  return mount?.type ?? "";
}

/** The mount that contains the path, except the root's; links on the way are resolved as far as possible. */
function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  return mountHolding(resolved(path), mounts);
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const folder = dirname(path);
    return folder === path ? path : join(resolved(folder), path.slice(folder.length));
  }
}

function isRead(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "read";
}
