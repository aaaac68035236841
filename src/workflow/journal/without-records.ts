import { shellWord } from "../../formats/text/shell-word.js";
import type { Host } from "../../host/host.js";
import { path, runsFolder, stateFolder } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { removeTree } from "./forget-old-runs.js";

/**
 * What ldconfig remembers of the files that it has read: their inodes and times on this machine, different
 * for each build and of no use in an image (ldconfig(8)).
 */
const auxiliaryCache = path("/var/cache/ldconfig/aux-cache");

/**
 * Throws `journal-in-image` where there are records of earlier runs, which a run that leaves none would have
 * to remove: they may be needed to take those runs back.
 */
export function refuseRecords(host: Host): void {
  const files = host.files();
  const records = (files.list(stateFolder) ?? []).filter(({ name }) => name !== "runs");
  const runs = files.list(runsFolder) ?? [];
  if (records.length + runs.length === 0) return;
  throw new Problem("journal-in-image", "the image has records of earlier runs", {
    where: { path: stateFolder },
    detail: "--no-journal removes all of knetctl's own from the image, and would remove these too",
    hint:
      "leave --no-journal out, begin with the image as it was, or if nobody needs them: rm -r " +
      shellWord(`${host.root}${stateFolder}`),
  });
}

/** Removes what knetctl remembers in an image, and what ldconfig does. */
export function removeRecords(host: Host): void {
  removeTree(host, runsFolder);
  removeTree(host, stateFolder);
  host.files().remove(auxiliaryCache);
}
