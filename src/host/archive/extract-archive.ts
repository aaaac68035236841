import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { extract } from "tar";
import { Problem } from "../../problem/problem.js";
import { errorMessage } from "../../problem/thrown.js";
import { asFileProblem } from "../files/file-problem.js";
import { path as asPath } from "../path.js";
import { archiveLimits, entryKind, namesOf } from "./archive-entry.js";
import type { OpenedArchive } from "./open-archive.js";
import { privateModes, publicModes } from "../rights.js";

/**
 * Extracts an inspected archive from its private copy into `folder`, which is created with mode 0700. The
 * extracted files belong to this process's user, have no setuid, setgid or sticky bit, and are not writable
 * by anyone else. `archive` is the path to name in a Problem about the archive; one about the disk (`host-…`)
 * names the folder.
 */
export function extractArchive(opened: OpenedArchive, folder: string, archive: string): void {
  asFileProblem(asPath(folder), () => {
    unpack(opened, folder, archive);
  });
}

function unpack(opened: OpenedArchive, folder: string, archive: string): void {
  const passed = new Set(opened.entries.map((entry) => entry.path));
  try {
    mkdirSync(folder, { mode: privateModes.folder });
    extract({
      // synchronously: otherwise tar waits forever for a link that is below its own target, or points to a
      // place below itself
      sync: true,
      file: opened.tar,
      cwd: folder,
      strict: true,
      preserveOwner: false,
      preservePaths: false,
      maxDepth: archiveLimits.depth + 1,
      maxDecompressionRatio: 1,
      // an extended header may give a time that no file system accepts
      noMtime: true,
      filter: (path, entry) =>
        passed.has(namesOf(path).join("/")) && "type" in entry && entryKind(entry.type) !== undefined,
    });
    requireWhole(opened, folder, archive);
    setModes(opened, folder);
  } catch (error) {
    // a refusal by the disk is not the archive's fault
    if (error instanceof Problem) throw error;
    if (error instanceof Error && "syscall" in error) throw error;
    throw new Problem("archive-corrupt", "the archive cannot be unpacked", {
      where: { path: archive },
      detail: errorMessage(error),
      hint: "make room in /tmp and /var/lib if either is full; if not, get the archive again",
      cause: error,
    });
  }
}

/**
 * On a disk that fills up, tar silently loses the end of a file: it does not treat a short write as an error.
 */
function requireWhole({ entries }: OpenedArchive, folder: string, archive: string): void {
  for (const { path, kind, size } of entries) {
    const found = kind === "file" ? lstatSync(join(folder, path)).size : size;
    if (found === size) continue;
    throw new Problem("archive-no-space", "the archive could not be unpacked completely", {
      where: { path: archive },
      detail: `${path}: ${found} of ${size} bytes were written to ${folder}`,
      hint: "make room in /tmp and /var/lib, then run again",
    });
  }
}

/**
 * Sets the archive's modes, whatever the umask: an installer copies what it finds. Links have no modes, and
 * none is on the way.
 */
function setModes({ entries }: OpenedArchive, folder: string): void {
  for (const { path, kind, mode } of entries)
    if (kind !== "link") chmodSync(join(folder, path), (mode & publicModes.folder) | privateModes[kind]);
}
