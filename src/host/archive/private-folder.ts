import { chmodSync, lstatSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asFileProblem } from "../files/file-problem.js";
import { asAbsolutePath, type AbsolutePath } from "../path.js";
import { isOfEndedProcess, markPattern, processMark } from "../processes/process-mark.js";
import { Problem } from "../../problem/problem.js";
import { privateModes } from "../rights.js";
import { othersBits, sticky, writableByOthers } from "../mode-bits.js";

/**
 * Runs `use` with a new folder of mode 0700 that belongs to this process's user, and afterwards removes it
 * with its contents, whatever happened. Nobody else (but root) can enter it, so paths below it can be used by
 * name.
 */
export async function withPrivateFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = makePrivateFolder();
  try {
    return await use(folder);
  } finally {
    removeIfPossible(folder);
  }
}

function makePrivateFolder(): string {
  const parent = trustedTemporary();
  return asFileProblem(parent, () => {
    removeForsaken(parent);
    const folder = mkdtempSync(join(parent, `knetctl-${processMark()}-`));
    // mkdir(2) gave it at most 0700; this restores what an odd umask removed
    chmodSync(folder, privateModes.folder);
    return folder;
  });
}

const pattern = new RegExp(String.raw`^knetctl-(${markPattern})-\w{6}$`);

/** What killed processes left. */
function removeForsaken(parent: string): void {
  for (const name of readdirSync(parent)) {
    const mark = pattern.exec(name)?.[1];
    if (mark !== undefined && isOfEndedProcess(mark)) removeIfPossible(join(parent, name));
  }
}

/**
 * For leftovers that only take up space: a disk that fails here must not turn a success into a failure, or
 * hide another one.
 */
export function removeIfPossible(folder: string): void {
  try {
    removePrivateFolder(folder);
  } catch {
    // somebody else's with that name, gone in the meantime, or left for a later run to remove
  }
}

/**
 * In a sticky folder, nobody else can rename this process's files; in one that only root can write to, nobody
 * else can write at all.
 */
function trustedTemporary(): AbsolutePath {
  const trusted = [tmpdir(), "/tmp", "/var/tmp", "/run"].map(asAbsolutePath).find((folder) => {
    const stats = folder && lstatSync(folder, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isDirectory()) return false;
    const ours = stats.uid === 0 || stats.uid === process.geteuid?.();
    return ours && ((stats.mode & writableByOthers) === 0 || (stats.mode & sticky) !== 0);
  });
  if (trusted !== undefined) return trusted;
  throw new Problem("archive-no-space", "no folder for temporary files can be trusted", {
    detail: "TMPDIR, /tmp, /var/tmp and /run are missing, or others may replace files in them",
    hint: "run chmod 1777 /tmp",
  });
}

/**
 * Removes a private folder and everything in it; no error if it is gone. Removal by path is safe here and
 * only here: the folder is this user's with mode 0700, so nobody can put a link where this looks. Refused for
 * any other folder.
 */
export function removePrivateFolder(folder: string): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory() || stats.uid !== process.geteuid?.() || (stats.mode & othersBits) !== 0)
    throw new Problem("archive-not-private", "refusing to remove a folder that is not private", {
      where: { path: folder },
    });
  rmSync(folder, { recursive: true, force: true });
}
