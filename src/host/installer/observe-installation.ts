import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readSync } from "node:fs";
import type { Host } from "../host.js";
import { difference } from "./difference.js";
import type { RecordedChange } from "./difference.js";
import { backupContent, readBackups, type InstallationFiles } from "./installation-files.js";
import { parseSnapshot } from "./snapshot-file.js";
import { takeSnapshot } from "./watched-trees.js";

export interface Observation {
  /** What install.sh did, so far. */
  readonly changes: readonly RecordedChange[];
  /** Paths that were changed later than it can have run: somebody else's work. */
  readonly late: readonly string[];
}

/** What may lie between the snapshot and the start of install.sh, and between its end and the last of its writes. */
const graceMs = 60_000;

/**
 * What has changed since the snapshot of an installation. With `timeoutSeconds`, of the installer, what was changed later than that is not
 * taken for its work: a run that was cut off may be taken back days later. Undefined when there is no (complete) snapshot: then the installer has
 * not been started.
 */
export async function observeInstallation(host: Host, files: InstallationFiles, timeoutSeconds = Infinity): Promise<Observation | undefined> {
  const bytes = files.read("snapshot");
  const before = bytes && parseSnapshot(bytes);
  if (before === undefined) return undefined;
  const latest = lstatSync(files.snapshot).mtimeMs + timeoutSeconds * 1000 + graceMs;
  const prefix = host.root === "/" ? "" : host.root;
  const after = await takeSnapshot(host.root);
  const changes = difference(before, after, readBackups(files), {
    hash: (path) => hashOf(prefix + path),
    backupHash: (name) => {
      const content = backupContent(files, name);
      return content && createHash("sha256").update(content).digest("hex");
    },
  });
  const isLate = ({ path }: RecordedChange): boolean => (after.get(path)?.changed ?? 0) > latest;
  return { changes: changes.filter((change) => !isLate(change)), late: changes.filter(isLate).map(({ path }) => path) };
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
