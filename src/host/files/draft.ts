import { closeSync, constants, mkdirSync, openSync, readdirSync, rmdirSync } from "node:fs";
import type { Entry } from "../host.js";
import { joined, type AbsolutePath } from "../path.js";
import { at, entryOfDescriptor, isSame, walkFlags, withDescriptor } from "./descriptor.js";
import { copyAttributes } from "./keep-attributes.js";
import { draftName, removeQuietly, temporaryName } from "./temporary.js";
import { changed, type Folder } from "./walk.js";

const { O_WRONLY, O_CREAT, O_EXCL, O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

/** A new file, open, before it is given its name. */
export interface Draft {
  readonly fd: number;
  /** Opens it by name as long as it has not been renamed. */
  readonly at: string;
}

/**
 * Runs `use` with a new, empty file in the folder that root alone can open; what it has not renamed is
 * removed.
 */
export function withDraft<T>(folder: Folder, use: (draft: Draft) => T): T {
  const name = temporaryName();
  try {
    return create(at(folder.fd, name), use);
  } catch (error) {
    removeQuietly(folder, name);
    throw error;
  }
}

/**
 * The same with the attributes of the file that it is to replace. It lies in a folder of its own that nobody
 * else can enter: with the attributes comes the old mode, and who opened the draft in that instant could read
 * it later.
 */
export function withDraftOf<T>(folder: Folder, name: string, before: Entry, use: (draft: Draft) => T): T {
  const temporary = temporaryName();
  const path = joined(folder.path, name);
  mkdirSync(at(folder.fd, temporary), 0o700);
  try {
    const result = inside(at(folder.fd, temporary), path, (own) =>
      create(at(own, draftName), (draft) => {
        withDescriptor(at(folder.fd, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, (old) => {
          if (!isSame(entryOfDescriptor(old), before))
            throw changed(path, "another file took its place meanwhile");
          copyAttributes(old, draft.fd, path);
        });
        return use(draft);
      }),
    );
    // a folder that stayed would be there to be found after a run that says that all is done
    rmdirSync(at(folder.fd, temporary));
    return result;
  } catch (error) {
    removeQuietly(folder, temporary);
    throw error;
  }
}

/** Whoever owns the parent may have put another folder in the new one's place before it was opened. */
export function requireOwnNew(fd: number, path: AbsolutePath): void {
  const entry = entryOfDescriptor(fd);
  const isNew =
    entry.uid === process.geteuid?.() &&
    (entry.mode & 0o777) === 0o700 &&
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

function create<T>(target: string, use: (draft: Draft) => T): T {
  return withDescriptor(
    target,
    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
    (fd) => use({ fd, at: target }),
    0o600,
  );
}
