import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { Problem, throwIfErrors } from "../../problem/problem.js";
import { removeIfPossible } from "../archive/private-folder.js";
import { replacedArchive } from "../archive/replaced-archive.js";
import { asFileProblemOf } from "../files/file-problem.js";
import type { Host } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";
import { backupCandidates, likelyTargets, saveBackups } from "./backup.js";
import { createInstallationFiles } from "./installation-files.js";
import { gatherEvidence, writeEvidence } from "./evidence.js";
import type { InstallationFiles } from "./installation-files.js";
import type { Interpreter } from "./interpreter.js";
import { requireLdconfig } from "./ldconfig.js";
import { installedPackages, writePackages } from "./packages.js";
import { prepareModule } from "./prepare-module.js";
import type { PreparedModule } from "./prepare-module.js";
import { receiptFile } from "./receipt.js";
import type { NotLookedAt } from "./not-followed.js";
import { writeSnapshot } from "./snapshot-file.js";
import { watchedNow, writeWatched } from "./watched-file.js";
import { realPath, takeSnapshot } from "./watched-trees.js";

/** What the journal keeps of an installation about to begin; the rest lies in the run's folder. */
export interface InstallationRecord {
  /** Random text by which the installer's processes are known, should they outlive this program. */
  readonly marker: string;
  /** Path of install.sh in the archive. */
  readonly installer: string;
  /** Undefined (left out in JSON) for a compiled one. */
  readonly interpreter: { readonly program?: string; readonly args: readonly string[] };
  /** Names of the archive's files. */
  readonly names: readonly string[];
  /** Text of the receipt of the installation before; null when there is none. */
  readonly receipt: string | null;
}

export interface InstallationRun {
  readonly host: Host;
  /** The run's own folder. */
  readonly folder: AbsolutePath;
  readonly signal?: AbortSignal | undefined;
  note(text: string): void;
  report(text: string): void;
}

/**
 * Readies everything for running an archive's install.sh and for undoing it: the archive is opened again and
 * must be the one that was planned, its module is checked again, the watched trees are looked at, and what
 * the installer may replace is copied. Nothing outside the run's folder changes. Throws Problems
 * (`archive-…`, `elf-…`), `archive-changed`.
 */
export async function recordInstallation(
  archive: AbsolutePath,
  sha256: string,
  run: InstallationRun,
): Promise<InstallationRecord> {
  requireLdconfig(run.host);
  const files = createInstallationFiles(run.host, run.folder);
  try {
    run.note("inspecting the archive");
    const prepared = await prepare(archive, sha256, files, run);
    throwIfErrors(prepared.problems);
    run.note("recording the previous state");
    await asFileProblemOf(files.folder, () => saveState(prepared, files, run.host));
    return recordOf(prepared, run.host);
  } catch (error) {
    removeIfPossible(files.full);
    throw error;
  }
}

async function prepare(
  archive: AbsolutePath,
  sha256: string,
  files: InstallationFiles,
  run: InstallationRun,
): Promise<PreparedModule> {
  try {
    return await prepareModule(archive, { folder: files.work, sha256, host: run.host, signal: run.signal });
  } catch (error) {
    throw replacedArchive(error);
  }
}

async function saveState(
  { archive, extracted }: PreparedModule,
  files: InstallationFiles,
  host: Host,
): Promise<void> {
  const named = new Set<string>();
  const evidence = gatherEvidence(extracted, archive.entries, (path) => {
    named.add(path);
    return realPath(host.root, path);
  });
  writeEvidence(files, evidence);
  writePackages(files, await installedPackages(host));
  const watched = watchedNow(host.root, named);
  const unread: NotLookedAt[] = [];
  const snapshot = await takeSnapshot(host.root, watched.folders, undefined, (path) => {
    unread.push({ path, because: "it could not be read" });
  });
  writeWatched(files, { ...watched, except: [...watched.except, ...unread] });
  writeSnapshot(files.snapshot, snapshot);
  const likely = likelyTargets(evidence);
  await saveBackups(host.root, files.backups, backupCandidates(snapshot, likely), snapshot);
  await makeDurable(files, host);
}

/**
 * One syncfs(2) for all the backups: what undoes the installer must outlive a power cut that the installer's
 * own writes survive.
 */
async function makeDurable({ full }: InstallationFiles, host: Host): Promise<void> {
  const result = await host.commands.run({
    program: "sync",
    args: ["--file-system", full],
    timeoutMs: 300_000,
  });
  if (result.exitCode === 0) return;
  throw new Problem("installer-snapshot", "the record of the previous state cannot be made durable", {
    where: { path: full },
    detail: result.timedOut ? "sync did not end within 300 s" : result.stderr.trim(),
    hint: "check the disk, then run again",
  });
}

function recordOf({ archive, interpreter }: PreparedModule, host: Host): InstallationRecord {
  return {
    marker: randomBytes(16).toString("hex"),
    installer: archive.installer,
    interpreter: inJson(interpreter),
    names: [
      ...new Set(
        archive.entries.filter(({ kind }) => kind !== "folder").map(({ path }) => posix.basename(path)),
      ),
    ],
    receipt: host.files().read(receiptFile, sizeLimits.list)?.toString("utf8") ?? null,
  };
}

function inJson({ program, args }: Interpreter): InstallationRecord["interpreter"] {
  return program === undefined ? { args } : { program, args };
}
