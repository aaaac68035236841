import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { ArchiveEntry } from "../archive/archive-entry.js";

/** What an archive brings: by this, a file of the host is known to be one of its files. */
export interface ArchiveFiles {
  /** Names of what it holds. */
  readonly names: ReadonlySet<string>;
  /** SHA-256 of each of its files, empty ones left out. */
  readonly hashes: ReadonlySet<string>;
}

/** Reads the extracted archive; to be asked before anything in it is run. */
export function archiveFiles(extracted: string, entries: readonly ArchiveEntry[]): ArchiveFiles {
  const files = entries.filter(({ kind, size }) => kind === "file" && size > 0);
  return {
    names: new Set(entries.map(({ path }) => posix.basename(path))),
    hashes: new Set(
      files.map(({ path }) =>
        createHash("sha256")
          .update(readFileSync(join(extracted, path)))
          .digest("hex"),
      ),
    ),
  };
}

/** Whether something that lies on a host is, byte for byte, a file of the archive, or a link to one. Pure. */
export function isOfArchive(
  { sha256, target }: { readonly sha256?: string | undefined; readonly target?: string | undefined },
  { names, hashes }: ArchiveFiles,
): boolean {
  return (
    (sha256 !== undefined && hashes.has(sha256)) ||
    (target !== undefined && names.has(posix.basename(target)))
  );
}
