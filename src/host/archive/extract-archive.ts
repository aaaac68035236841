import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { extract } from "tar";
import { Problem } from "../../problem/problem.js";
import { archiveLimits } from "./archive-limits.js";
import { entryKind, namesOf } from "./archive-entry.js";
import type { OpenedArchive } from "./open-archive.js";

/**
 * Extracts an inspected archive from its private copy into `folder`, which is created with mode 0700. What comes out
 * belongs to this process's user, has no setuid, setgid or sticky bit and is writable by nobody else. `archive` is the
 * path to name in a Problem.
 */
export async function extractArchive(opened: OpenedArchive, folder: string, archive: string): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  const passed = new Set(opened.entries.map((entry) => entry.path));
  try {
    await extract({
      file: opened.tar, cwd: folder, strict: true, preserveOwner: false, preservePaths: false,
      maxDepth: archiveLimits.depth + 1, maxDecompressionRatio: 1,
      filter: (path, entry) => passed.has(namesOf(path).join("/")) && "type" in entry && entryKind(entry.type) !== undefined,
    });
    setModes(opened, folder);
  } catch (error) {
    throw new Problem("archive-corrupt", "the archive cannot be unpacked", {
      where: { path: archive }, detail: error instanceof Error ? error.message : String(error),
      hint: "check that there is room in /tmp and /var/lib; otherwise get the archive again", cause: error,
    });
  }
}

/** The archive's own modes, whatever our umask: an installer copies what it finds. Links have none, and none lies on the way. */
function setModes({ entries }: OpenedArchive, folder: string): void {
  for (const { path, kind, mode } of entries) if (kind !== "link") chmodSync(join(folder, path), (mode & 0o755) | (kind === "folder" ? 0o700 : 0o600));
}
