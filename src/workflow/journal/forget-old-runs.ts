import type { Host } from "../../host/host.js";
import { type AbsolutePath, joined, runsFolder } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { currentRun, journalFile, readHeads, readRun, type RunHead, type RunHeads } from "./runs.js";
import { dayMs, mebibyte } from "../../formats/units.js";

/**
 * What is kept: how many runs, for how long, how many bytes; the latest ones in any case, since a clock can
 * jump ahead.
 */
const limits = { runs: 100, days: 400, bytes: 512 * mebibyte, latest: 5 };
/**
 * Removes the folders of runs that are too old, too many or too large to keep, the oldest first; never one
 * that is current, unfinished or unreadable. Folders without a journal are removed too. `known`: the runs, if
 * the caller has just read all journals. Works below a folder that only root can enter. Throws a Problem for
 * what cannot be removed.
 */
export function forgetOldRuns(host: Host, now: Date, known: RunHeads = readHeads(host)): void {
  const current = currentRun(host);
  for (const name of [...known.empty, ...tooMuch(host, known.heads, now)])
    if (name !== current) removeRun(host, name);
}

function tooMuch(host: Host, heads: readonly RunHead[], now: Date): readonly string[] {
  const names: string[] = [];
  let bytes = 0;
  for (const [place, { run, began }] of heads.entries()) {
    bytes += sizeOf(host, joined(runsFolder, run));
    const age = (now.getTime() - Date.parse(began)) / dayMs;
    const isTooMuch = place >= limits.runs || age > limits.days || bytes > limits.bytes;
    if (isTooMuch && place >= limits.latest && hasEnded(host, run)) names.unshift(run);
  }
  return names;
}

/** Whether a record may be removed: the run has ended, and what it did can be read. */
function hasEnded(host: Host, run: string): boolean {
  try {
    return readRun(host, run).outcome !== "unfinished";
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function sizeOf(host: Host, folder: AbsolutePath): number {
  const entries = host.files().list(folder) ?? [];
  return entries.reduce(
    (sum, { name, kind, size }) => sum + (kind === "folder" ? sizeOf(host, joined(folder, name)) : size),
    0,
  );
}

/**
 * The journal is removed first: if this is cut off, a folder without a journal is left, not a run that seems
 * as if it could be taken back.
 */
function removeRun(host: Host, run: string): void {
  host.files().remove(journalFile(run));
  removeTree(host, joined(runsFolder, run));
}

/** Removes a folder of knetctl's own with all that is in it. Throws a Problem for what cannot be removed. */
export function removeTree(host: Pick<Host, "files">, folder: AbsolutePath): void {
  const files = host.files();
  for (const { name, kind } of files.list(folder) ?? []) {
    if (kind === "folder") removeTree(host, joined(folder, name));
    else files.remove(joined(folder, name));
  }
  files.removeFolder(folder);
}
