import { closeSync, constants, openSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import { randomHex } from "../random-hex.js";
import { at, entryAt, entryOfDescriptor, walkFlags, withDescriptor } from "./descriptor.js";
import { isRootsAlone } from "./trust.js";
import type { Folder } from "./walk.js";
import { privateModes } from "../rights.js";
import { othersBits, permissionBits } from "../mode-bits.js";

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
const pattern = /^\.knetctl-[0-9a-f]{24}\.tmp$/;

export function temporaryName(): string {
  return `.knetctl-${randomHex(24)}.tmp`;
}

/** Whether a name is one of `temporaryName`. */
export function isTemporary(name: string): boolean {
  return pattern.test(name);
}

/** The one name in a temporary folder. */
export const draftName = "draft";

/**
 * Removes temporaries that a killed run left here: regular files of this user that match the pattern and have
 * one name; folders into which nobody else can have put anything; links only where nobody else can make one.
 */
export function removeStaleTemporaries(folder: Folder): void {
  const own = process.geteuid?.();
  for (const name of readdirSync(at(folder.fd, "."))) {
    if (!isTemporary(name)) continue;
    const entry = entryAt(folder.fd, name);
    if (
      entry?.kind === "folder" &&
      entry.uid === own &&
      (entry.mode & permissionBits) === privateModes.folder
    )
      removeQuietly(folder, name);
    else if (
      entry?.kind === "file"
        ? entry.uid === own && entry.links === 1
        : entry?.kind === "link" && isRootsAlone(folder)
    )
      removeQuietly(folder, name);
  }
}

/**
 * Removes a temporary after a failure; the user is told about the failure itself. Of a temporary folder, only
 * its draft is removed, and the folder if it is then empty.
 */
export function removeQuietly(folder: Folder, name: string): void {
  try {
    if (entryAt(folder.fd, name)?.kind === "folder") removeDraftFolder(at(folder.fd, name));
    else unlinkSync(at(folder.fd, name));
  } catch {
    // already gone, or left for the next run to remove
  }
}

function removeDraftFolder(target: string): void {
  withDescriptor(target, walkFlags, (fd) => {
    const { uid, mode } = entryOfDescriptor(fd);
    const isOurs = uid === process.geteuid?.() && (mode & permissionBits) === privateModes.folder;
    if (isOurs && entryAt(fd, draftName) !== undefined) unlinkSync(at(fd, draftName));
  });
  rmdirSync(target);
}

/**
 * A folder's default ACL (acl(5)) gives what is made in it named entries that chmod then activates, so the
 * wanted mode would say less than who can read. It is refused. Node cannot read an ACL, but under one the
 * umask is not applied: an empty file made with too wide a mode shows it, and is removed.
 */
export function refuseDefaultAcl(folder: Folder): void {
  const name = temporaryName();
  const tooWide = privateModes.file | othersBits;
  const fd = openSync(at(folder.fd, name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, tooWide);
  try {
    if ((entryOfDescriptor(fd).mode & permissionBits) === privateModes.file) return;
  } finally {
    closeSync(fd);
    unlinkSync(at(folder.fd, name));
  }
  throw new Problem(
    "host-default-acl",
    "the folder has a default ACL, which could let others read what is put there",
    {
      where: { path: folder.path },
      hint: "getfacl shows it, setfacl -k removes it",
    },
  );
}

/**
 * Runs with umask 077, so that nothing is created with wider rights than requested, not even for an instant.
 */
export function withPrivateUmask<T>(work: () => T): T {
  const before = process.umask(0o077);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

/** True for the error that means that a name is taken. */
export function isTaken(error: unknown): boolean {
  return errorCode(error) === "EEXIST";
}
