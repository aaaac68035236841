import { closeSync, constants, mkdirSync, openSync, readdirSync, rmdirSync } from "node:fs";
import { Problem } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import { hasSelinux } from "../selinux.js";
import { findProgram } from "../commands/find-program.js";
import { askChild } from "../commands/start-child.js";
import type { AbsolutePath } from "../path.js";
import { at, entryOfDescriptor, walkFlags, withDescriptor } from "./descriptor.js";
import { draftName, removeQuietly, temporaryName } from "./temporary.js";
import { trustedOwners } from "./trust.js";
import { changed, type Folder } from "./walk.js";
import { privateModes } from "../rights.js";
import { permissionBits } from "../mode-bits.js";

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** A new file, open, before it is given its name. */
export interface Draft {
  readonly fd: number;
  /** A path that opens it as long as it has not been renamed. */
  readonly at: string;
  /**
   * Gives it the attributes that it is to have, once it has its content and owner: write(2) and chown(2) take
   * capabilities away.
   */
  readonly dress: () => void;
}

/** Runs with the file, open, whose attributes a draft is to have. */
export type WithModel = (use: (fd: number) => void) => void;

/**
 * Runs `use` with a new, empty file in the folder that root alone can open; what it has not renamed is
 * removed.
 */
export function withDraft<T>(folder: Folder, use: (draft: Draft) => T): T {
  const name = temporaryName();
  try {
    return create(at(folder.fd, name), undress, use);
  } catch (error) {
    removeQuietly(folder, name);
    throw error;
  }
}

const undress = (): void => undefined;

/**
 * The same with the attributes of another file, which `dress` copies. The draft is in a separate folder that
 * nobody else can enter: the old mode comes with the attributes, and anyone who opened the draft in that
 * instant could read it later.
 */
export function withDraftOf<T>(
  folder: Folder,
  path: AbsolutePath,
  withModel: WithModel,
  use: (draft: Draft) => T,
): T {
  const temporary = temporaryName();
  mkdirSync(at(folder.fd, temporary), privateModes.folder);
  try {
    const result = inside(at(folder.fd, temporary), path, (own) =>
      create(
        at(own, draftName),
        (fd) => {
          withModel((model) => {
            copyAttributes(model, fd, path);
          });
        },
        use,
      ),
    );
    // a folder that stayed would be found after a run that reports success
    rmdirSync(at(folder.fd, temporary));
    return result;
  } catch (error) {
    removeQuietly(folder, temporary);
    throw error;
  }
}

/** The parent's owner may have replaced the new folder with another before it was opened. */
export function requireOwnNew(fd: number, path: AbsolutePath): void {
  const entry = entryOfDescriptor(fd);
  const isNew =
    entry.uid === process.geteuid?.() &&
    (entry.mode & permissionBits) === privateModes.folder &&
    readdirSync(at(fd, ".")).length === 0;
  if (!isNew) throw changed(path, "another folder took the place of the new one");
}

function inside<T>(target: string, path: AbsolutePath, use: (folder: number) => T): T {
  const fd = openSync(target, walkFlags);
  try {
    requireOwnNew(fd, path);
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function create<T>(target: string, dress: (fd: number) => void, use: (draft: Draft) => T): T {
  const useOpen = (fd: number): T =>
    use({
      fd,
      at: target,
      dress: () => {
        dress(fd);
      },
    });
  return withDescriptor(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, useOpen, privateModes.file);
}

const timeoutMs = 10_000;
/** If a container may not set it, the new file has the context that every file created there gets. */
const onlyContextLost = /^(\S*cp: .*'security\.selinux'.*\n?)+$/;

/**
 * Gives a new file the access control list, the extended attributes and the SELinux context of the one that
 * it is to replace, both open, so that no name is followed. Node has no calls for these; cp(1) of coreutils
 * does it in some milliseconds. The old mode comes along: until it is set anew, the new file must lie where
 * nobody else can open it. Throws `host-attributes-not-kept`.
 */
export function copyAttributes(from: number, to: number, path: AbsolutePath): void {
  const program = findProgram({ root: "/", owners: trustedOwners([]) }, "cp");
  if (program === undefined) throw notKept(path, "there is no cp in the system's folders");
  const kept = hasSelinux() ? "mode,xattr,context" : "mode,xattr";
  const args = ["-L", "--attributes-only", `--preserve=${kept}`, "/proc/self/fd/3", "/proc/self/fd/4"];
  const { status, signal, error, stderr } = askChild(program, args, {
    env: { LC_ALL: "C" },
    timeoutMs,
    given: [from, to],
  });
  if (error !== undefined) throw notKept(path, `cp could not be run: ${errorCode(error) ?? "it failed"}`);
  if (status === 0 || onlyContextLost.test(stderr)) return;
  throw notKept(
    path,
    stderr.trim() !== ""
      ? stderr.trim().slice(0, 500)
      : status === null
        ? `cp was ended by ${signal ?? "a signal"}`
        : `cp ended with exit code ${status}`,
  );
}

export function notKept(path: AbsolutePath, detail: string): Problem {
  return new Problem(
    "host-attributes-not-kept",
    "the file's access control list and extended attributes could not be kept, so it is not edited",
    {
      where: { path },
      detail,
      hint:
        "make sure that cp is that of GNU coreutils; getfacl and getfattr -m - show what the file has, " +
        "setfacl -b removes its list",
    },
  );
}
