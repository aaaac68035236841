import { mkdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { throwIfErrors } from "../../../problem/problem.js";
import { removeIfPossible } from "../../archive/private-folder.js";
import { replacedArchive } from "../../archive/replaced-archive.js";
import { clockTickMs, fileClock } from "../../stage/file-clock.js";
import { asFileProblemOf } from "../../files/file-problem.js";
import type { Host } from "../../host.js";
import type { AbsolutePath } from "../../path.js";
import { sizeLimits } from "../../size-limits.js";
import { archiveFiles } from "../archive-files.js";
import type { Interpreter } from "../interpreter.js";
import { requireLdconfig } from "../ldconfig.js";
import { prepareModule } from "../prepare-module.js";
import type { PreparedModule } from "../prepare-module.js";
import { receiptFile } from "../receipt.js";
import { pathsOf } from "./changed-since.js";
import { createRunFolder, workIn, writePaths } from "./run-folder.js";
import { privateModes } from "../../rights.js";

/** What the journal keeps of an installation in place that is about to begin. */
export interface InPlaceRecord {
  /** Path of install.sh in the archive. */
  readonly installer: string;
  /** Undefined (left out in JSON) for a compiled one. */
  readonly interpreter: { readonly program?: string; readonly args: readonly string[] };
  /** Names and hashes of the archive's files. */
  readonly names: readonly string[];
  readonly hashes: readonly string[];
  /** Text of the receipt of the installation before; null when there is none. */
  readonly receipt: string | null;
  /** What has a later change time was made or changed by install.sh; milliseconds since 1970. */
  readonly begun: number;
}

export interface InPlaceRun {
  readonly host: Host;
  /** The run's own folder. */
  readonly folder: AbsolutePath;
  readonly signal?: AbortSignal | undefined;
  note(text: string): void;
  report(text: string): void;
}

/** Longer than a step of the clock of change times. */
const tickMs = 2 * clockTickMs;

/**
 * Readies an archive's install.sh for running on the host itself: it is opened again and must be the one that
 * was planned, and its module is checked again. Nothing outside of the run's folder changes. Throws Problems
 * (`archive-…`, `elf-…`), `archive-changed`.
 */
export async function recordInPlace(
  archivePath: AbsolutePath,
  sha256: string,
  run: InPlaceRun,
): Promise<InPlaceRecord> {
  const { host } = run;
  requireLdconfig(host);
  const folder = createRunFolder(host, run.folder);
  try {
    run.note("inspecting the archive");
    const prepared = await prepare(archivePath, sha256, workIn(folder), run);
    throwIfErrors(prepared.problems);
    const { names, hashes } = archiveFiles(prepared.extracted, prepared.archive.entries);
    run.note("recording which files there are");
    writePaths(host, folder, await pathsOf(host.root));
    const receipt = host.files().read(receiptFile, sizeLimits.list)?.toString("utf8") ?? null;
    return {
      installer: prepared.archive.installer,
      interpreter: inJson(prepared.interpreter),
      names: [...names],
      hashes: [...hashes],
      receipt,
      begun: await asFileProblemOf(folder.folder, () => momentIn(folder.full)),
    };
  } catch (error) {
    removeIfPossible(folder.full);
    throw error;
  }
}

async function prepare(
  archive: AbsolutePath,
  sha256: string,
  work: string,
  { host, signal }: InPlaceRun,
): Promise<PreparedModule> {
  try {
    mkdirSync(work, { mode: privateModes.folder });
    return await prepareModule(archive, { folder: work, sha256, host, signal });
  } catch (error) {
    throw replacedArchive(error);
  }
}

/** By the clock that the file system goes by. */
async function momentIn(folder: string): Promise<number> {
  await setTimeout(tickMs);
  const begun = fileClock(folder);
  await setTimeout(tickMs);
  return begun;
}

function inJson({ program, args }: Interpreter): InPlaceRecord["interpreter"] {
  return program === undefined ? { args } : { program, args };
}
