import { createHash } from "node:crypto";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "../host.js";
import { readBackups } from "./backup.js";
import { difference } from "./difference.js";
import type { RecordedChange } from "./difference.js";
import type { InstallationFiles } from "./installation-files.js";
import { readSnapshot } from "./snapshot-file.js";
import { takeSnapshot } from "./watched-trees.js";

/**
 * What has changed since the snapshot of an installation: what its install.sh did, so far. Undefined when there is no
 * (complete) snapshot: then the installer has not been started.
 */
export async function observeInstallation(host: Host, files: InstallationFiles): Promise<readonly RecordedChange[] | undefined> {
  const before = readSnapshot(files.snapshot);
  if (before === undefined) return undefined;
  const prefix = host.root === "/" ? "" : host.root;
  return difference(before, await takeSnapshot(host.root), readBackups(files.backups), {
    hash: (path) => hashOf(prefix + path),
    backupHash: (name) => hashOf(join(files.backups, name)),
  });
}

/** Reading by path will do: it only looks, and what is put back is compared again through the walk. */
function hashOf(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(1024 ** 2);
    for (let bytes = readSync(descriptor, buffer); bytes > 0; bytes = readSync(descriptor, buffer)) hash.update(buffer.subarray(0, bytes));
    return hash.digest("hex");
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
