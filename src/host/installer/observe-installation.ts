import { createHash } from "node:crypto";
import { closeSync, constants, lstatSync, openSync, readSync } from "node:fs";
import type { Host } from "../host.js";
import { attribute } from "./attribute.js";
import { difference } from "./difference.js";
import type { RecordedChange } from "./difference.js";
import { readEvidence } from "./evidence.js";
import { backupContent, readBackups, type InstallationFiles } from "./installation-files.js";
import type { Kept } from "./kept.js";
import { changedMounts, mountsBelow, placeAbove } from "./mounts.js";
import { changedPackages, filesOfPackage, installedPackages, readPackages } from "./packages.js";
import type { PackageChange } from "./packages.js";
import { parseSnapshot } from "./snapshot-file.js";
import { readWatched } from "./watched-file.js";
import { realPath, takeSnapshot } from "./watched-trees.js";

export interface Observation {
  /** What install.sh did, so far. */
  readonly changes: readonly RecordedChange[];
  /** What changed meanwhile as well, and is not to be taken back with it. */
  readonly kept: Kept;
  /** Paths that were changed later than it can have run: somebody else's work. */
  readonly late: readonly string[];
}

/**
 * What may lie between the snapshot and the start of install.sh, and between its end and the last of its
 * writes.
 */
const graceMs = 60_000;

/**
 * What has changed since the snapshot of an installation. With `timeoutSeconds`, of the installer, what was
 * changed later than that is not taken for its work: a run that was cut off may be taken back days later.
 * Undefined when there is no (complete) snapshot: then the installer has not been started.
 */
export async function observeInstallation(
  host: Host,
  files: InstallationFiles,
  timeoutSeconds = Infinity,
): Promise<Observation | undefined> {
  const bytes = files.read("snapshot");
  const before = bytes && parseSnapshot(bytes);
  if (before === undefined) return undefined;
  const latest = lstatSync(files.snapshot).mtimeMs + timeoutSeconds * 1000 + graceMs;
  const prefix = host.root === "/" ? "" : host.root;
  const watched = readWatched(files, host.root);
  const mountedBefore = changedMounts(watched.mounts, mountsBelow(host.root));
  const after = await takeSnapshot(host.root, watched.folders, mountedBefore);
  // once more: something may have been mounted while that was looked at
  const mounts = new Set([...mountedBefore, ...changedMounts(watched.mounts, mountsBelow(host.root))]);
  const packages = await packagesChanged(host, files);
  const packaged = new Set(
    (await Promise.all(packages.map((change) => filesOfPackage(host, change))))
      .flat()
      .map((path) => realPath(host.root, path)),
  );
  const all = difference(before, after, readBackups(files), {
    hash: (path) => hashOf(prefix + path),
    backupHash: (name) => {
      const content = backupContent(files, name);
      return content && createHash("sha256").update(content).digest("hex");
    },
  }).filter(
    ({ path }) =>
      placeAbove(path, mounts) === undefined &&
      !packaged.has(path) &&
      !(packages.length > 0 && packageDatabase.test(path)),
  );
  const isLate = ({ path }: RecordedChange): boolean => (after.get(path)?.changed ?? 0) > latest;
  const { own, kept } = attribute(
    all.filter((change) => !isLate(change)),
    readEvidence(files),
  );
  const isWatched = (point: string): boolean =>
    watched.folders.some(
      (folder) => point.startsWith(`${folder}/`) || folder === point || folder.startsWith(`${point}/`),
    );
  return {
    changes: own,
    kept: { changes: kept, mounts: [...mounts].filter(isWatched), packages },
    late: all.filter(isLate).map(({ path }) => path),
  };
}

/** Part of it lies in /usr on some systems. */
const packageDatabase = /^\/usr\/(?:lib\/sysimage|share)\/rpm\//;

async function packagesChanged(host: Host, files: InstallationFiles): Promise<readonly PackageChange[]> {
  const before = readPackages(files);
  return before === undefined ? [] : changedPackages(before, await installedPackages(host));
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
    for (let bytes = readSync(descriptor, buffer); bytes > 0; bytes = readSync(descriptor, buffer))
      hash.update(buffer.subarray(0, bytes));
    return hash.digest("hex");
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}
