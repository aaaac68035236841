import { realpathSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { allMounts, mountHolding } from "../../../host/files/mounts.js";
import { stateFolder } from "../../../host/path.js";
import { Problem } from "../../../problem/problem.js";
import type { Around } from "../around.js";
import type { Check } from "../check.js";
import { gibibyte, mebibyte } from "../../../formats/units.js";

/** Folders in which a run writes. */
function writtenFolders({ host, account }: Around): readonly string[] {
  const inHost = [stateFolder, "/etc", "/usr/lib", account()?.home ?? "/var"].map((folder) =>
    host.root === "/" ? folder : join(host.root, folder),
  );
  return [...new Set([...inHost, "/run", tmpdir()].map(existing))];
}

/** Links resolved; the nearest folder above that is there. */
function existing(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder === "/" ? "/" : existing(dirname(folder));
  }
}

/** A client with its copy for taking it back, and a few thousand files. */
const [least, little] = [
  { bytes: 32 * mebibyte, inodes: 200 },
  { bytes: 200 * mebibyte, inodes: 2000 },
];

export const diskSpace: Check = {
  id: "disk-space",
  title: "there is room where knetctl writes",
  look: (around) => {
    const folders = writtenFolders(around).map((folder) => ({ folder, ...roomIn(folder) }));
    const problems = folders.flatMap(({ folder, bytes, inodes }) => {
      // Btrfs and some others count no inodes
      const isBelow = (limit: typeof least): boolean => bytes < limit.bytes || inodes < limit.inodes;
      if (!isBelow(little)) return [];
      return [
        new Problem("doctor-space-low", `little room is left in ${folder}`, {
          severity: isBelow(least) ? "error" : "warning",
          where: { path: folder },
          detail: `${shown(bytes)}${Number.isFinite(inodes) ? ` and ${inodes} inodes` : ""} are free`,
          hint: "free some (df -h, df -i); a run that finds none takes back what it did",
        }),
      ];
    });
    const tightest = folders.toSorted((one, other) => one.bytes - other.bytes)[0];
    return {
      text: tightest === undefined ? "" : `at least ${shown(tightest.bytes)} (${tightest.folder})`,
      problems,
    };
  },
};

function roomIn(folder: string): { readonly bytes: number; readonly inodes: number } {
  const { bavail, bsize, files, ffree } = statfsSync(folder);
  return { bytes: bavail * bsize, inodes: files === 0 ? Infinity : ffree };
}

function shown(bytes: number): string {
  return bytes < 10 * gibibyte
    ? `${Math.round(bytes / mebibyte)} MiB`
    : `${Math.round(bytes / gibibyte)} GiB`;
}

/** A file system that is read-only here; whether a module can be run from its own is the module's check. */
export const mounts: Check = {
  id: "mounts",
  title: "the file systems where knetctl writes are writable",
  look: (around) => {
    const all = allMounts();
    const readOnly = writtenFolders(around).flatMap((folder) => {
      const mount = mountHolding(folder, all);
      return mount?.options.includes("ro") === true ? [{ folder, mount }] : [];
    });
    const problems = readOnly.map(
      ({ folder, mount }) =>
        new Problem("doctor-read-only", `the file system of ${folder} is read-only`, {
          // an installer that writes there fails, but it may not
          severity: folder.includes("/usr") ? "warning" : "error",
          where: { path: mount.point },
          detail: `${mount.type}, ${mount.options.join(",")}`,
          hint: `remount it writable (mount -o remount,rw ${mount.point}), or look for disk errors in dmesg`,
        }),
    );
    return {
      text: problems.length === 0 ? "all writable" : readOnly.map(({ folder }) => folder).join(", "),
      problems,
    };
  },
};
