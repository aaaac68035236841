import { Problem } from "../problem/problem.js";
import { realFiles } from "./files/real-files.js";
import { isRootsAlone, trustedOwners } from "./files/trust.js";
import { withFolder, type Folder } from "./files/walk.js";
import { folderOf, path } from "./path.js";
import { publicFolder, rootsFolder } from "./rights.js";
import { othersBits } from "./mode-bits.js";

/**
 * Only root may enter: anyone who could open a lock could hold up every run, and what is written there is
 * shown to root.
 */
export const lockFolder = path("/run/knetctl");

/**
 * Runs `use` with the lock folder open; it is created if missing, and closed to others if it is open to them.
 * Throws a Problem, before anything in it is touched, if it is not root's own folder: a link of root's may
 * lead to one in which others can put anything, or remove the lock.
 */
export function inLockFolder<T>(use: (folder: Folder) => T): T {
  ensureLockFolder();
  const result = withFolder({ root: "/", owners: trustedOwners([]) }, lockFolder, "change", (folder) => {
    if (!isRootsAlone(folder)) throw notAlone();
    return { of: use(folder) };
  });
  if (result === undefined)
    throw new Problem("host-lock-failed", "the lock folder is missing", {
      where: { path: lockFolder },
      hint: "run again; if this repeats, find out what removes it",
    });
  return result.of;
}

function ensureLockFolder(): void {
  const files = realFiles("/", []);
  try {
    for (const folder of [folderOf(lockFolder), lockFolder]) {
      if (files.entry(folder) === undefined)
        files.createFolder(folder, folder === lockFolder ? rootsFolder : publicFolder);
    }
  } catch (error) {
    // another run has just created it
    if (!(error instanceof Problem && error.code === "host-entry-exists")) throw error;
  }
  const entry = files.entry(lockFolder);
  if (entry?.kind === "link") throw isLink();
  if (entry?.kind === "folder" && (entry.mode & othersBits) !== 0)
    files.setMode(lockFolder, entry, rootsFolder.mode);
}

function isLink(): Problem {
  return new Problem("host-untrusted-link", "a symbolic link is where the lock folder should be", {
    where: { path: lockFolder },
    hint: `find out who made it, then remove it; the folder is made by the next run: rm ${lockFolder}`,
  });
}

function notAlone(): Problem {
  return new Problem("host-untrusted-folder", "the lock folder is not root's alone", {
    where: { path: lockFolder },
    hint: `find out who opened it to others, then: chown root ${lockFolder} && chmod 0700 ${lockFolder}`,
  });
}
