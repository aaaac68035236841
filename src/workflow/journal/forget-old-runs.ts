import type { Host } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { runsFolder } from "../../host/state.js";
import { currentRun, readRuns, runNames } from "./runs.js";

/** What is kept: so many runs, so long, so many bytes; the latest ones in any case, since a clock can jump ahead. */
const limits = { runs: 100, days: 400, bytes: 512 * 1024 ** 2, latest: 5 };
const dayMs = 86_400_000;

/**
 * Removes the folders of runs that are too old, too many or too large to keep, the oldest first; never one that is unfinished or cannot be
 * read. Folders without a journal, left by runs that were cut off before they began, go too. Below a folder that root alone can enter.
 */
export function forgetOldRuns(host: Host, now: Date): void {
  const { runs, problems } = readRuns(host);
  const unreadable = problems.map(({ where }) => where?.path ?? "");
  const known = new Set(runs.map(({ run }) => run));
  const current = currentRun(host);
  for (const name of runNames(host)) {
    const folder = joined(runsFolder, name);
    if (!known.has(name) && name !== current && !unreadable.some((path) => path.startsWith(`${folder}/`))) removeTree(host, folder);
  }
  let bytes = 0;
  for (const [place, { folder, began, outcome }] of runs.entries()) {
    bytes += sizeOf(host, folder);
    const age = (now.getTime() - Date.parse(began)) / dayMs;
    const isTooMuch = place >= limits.runs || age > limits.days || bytes > limits.bytes;
    if (isTooMuch && place >= limits.latest && outcome !== "unfinished") removeTree(host, folder);
  }
}

function sizeOf(host: Host, folder: AbsolutePath): number {
  const entries = host.files().list(folder) ?? [];
  return entries.reduce((sum, { name, kind, size }) => sum + (kind === "folder" ? sizeOf(host, joined(folder, name)) : size), 0);
}

function removeTree(host: Host, folder: AbsolutePath): void {
  const files = host.files();
  for (const { name, kind } of files.list(folder) ?? []) {
    if (kind === "folder") removeTree(host, joined(folder, name));
    else files.remove(joined(folder, name));
  }
  files.removeFolder(folder);
}
