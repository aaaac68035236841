import type { Host } from "../host.js";
import type { RecordedChange } from "./difference.js";
import { backupContent, type InstallationFiles } from "./installation-files.js";
import { changedMounts, mountsBelow } from "./mounts.js";
import type { Restoration } from "./restore.js";
import { readWatched } from "./watched-file.js";

const largestFile = 1024 ** 3;

/** How the changes of an installation are looked at and put back on this host, as it is now. */
export function restoration(
  host: Host,
  files: InstallationFiles,
  changes: readonly RecordedChange[],
): Restoration {
  // what the installer gave to others, and what it took from them
  const owners = changes.flatMap(({ before, after }) => [before?.uid ?? 0, after?.uid ?? 0]);
  return {
    files: host.files(...new Set(owners)),
    backup: (name) => backupContent(files, name),
    maxBytes: largestFile,
    mounts: changedMounts(readWatched(files, host.root).mounts, mountsBelow(host.root)),
  };
}
