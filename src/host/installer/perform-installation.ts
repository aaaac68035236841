import { rmSync } from "node:fs";
import { posix } from "node:path";
import { Problem } from "../../problem/problem.js";
import { moduleName } from "../archive/archive-contents.js";
import { removeIfPossible } from "../archive/private-folder.js";
import type { Host } from "../host.js";
import { asAbsolutePath, joined } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { changeLines } from "./change-lines.js";
import { dropBackups } from "./backup.js";
import type { RecordedChange } from "./difference.js";
import { installationFiles, readBackups, writeChanges } from "./installation-files.js";
import type { InstallationFiles } from "./installation-files.js";
import { openLoader } from "./loader.js";
import { observeInstallation } from "./observe-installation.js";
import { installedFile, readReceipt, writeReceipt } from "./receipt.js";
import type { InstalledFile, Receipt } from "./receipt.js";
import type { InstallationRecord, InstallationRun } from "./record-installation.js";
import { installLog, runInstallScript } from "./run-install-script.js";

export interface Installation {
  readonly archive: AbsolutePath;
  readonly sha256: string;
  readonly version: string;
  readonly timeoutSeconds: number;
}

/**
 * Runs install.sh, finds out what it changed, and writes the receipt. Throws the Problems of `runInstallScript`, and
 * `installer-no-library` when it left no module behind. After any of them the undoing has to follow.
 */
export async function performInstallation(what: Installation, record: InstallationRecord, run: InstallationRun): Promise<void> {
  const { host } = run;
  const files = installationFiles(host, run.folder);
  run.note("running install.sh");
  const inner = joined(files.folder, "work", "extracted", ...record.installer.split("/").slice(0, -1));
  const left = await runInstallScript(host, {
    folder: inner, interpreter: { program: record.interpreter.program, args: record.interpreter.args }, marker: record.marker,
    timeoutSeconds: what.timeoutSeconds, log: installLog(run.folder), archive: what.archive, signal: run.signal,
  });
  if (left.length > 0)
    run.report(`warning: install.sh left ${left.map(({ name, pid }) => `${name} (process ${pid})`).join(", ")} running; ended, since the service manager is to start what is needed`);

  const changes = await keepChanges(host, files);
  for (const line of changeLines(changes)) run.report(line);
  const installed = installedFiles(host, changes, record);
  requireRepaired(host, what, changes, installed);
  const receipt: Receipt = {
    format: 1, archiveSha256: what.sha256, archiveName: posix.basename(what.archive), version: what.version,
    installedAt: new Date().toISOString(), files: installed, library: installedLibrary(host, installed, what.archive),
  };
  writeReceipt(host.files(), receipt);
  removeIfPossible(files.work);
}

async function keepChanges(host: Host, files: InstallationFiles): Promise<readonly RecordedChange[]> {
  const observed = await observeInstallation(host, files);
  if (observed === undefined)
    throw new Problem("installer-snapshot", "the record of the state before is gone", {
      where: { path: files.snapshot }, hint: "find out who removed it; what install.sh changed cannot be told",
    });
  const { changes } = observed;
  writeChanges(host, files, changes);
  const needed = new Set(changes.filter(({ change }) => change !== "rewritten").map(({ backup }) => backup));
  dropBackups(files.backups, [...readBackups(files).values()].filter((name) => !needed.has(name)));
  removeFile(files.snapshot);
  return changes;
}

/** What is recorded is not needed any more; a disk that keeps it does no harm. */
function removeFile(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // it goes with the run's folder
  }
}

/**
 * What belongs to the module from now on: what the installer created, what it wrote again of the archive's own files,
 * and what earlier installations left and is still there. A file of the system that it only edited (/etc/ld.so.conf)
 * is not among them: others edit it too, and that is no drift.
 */
function installedFiles(host: Host, changes: readonly RecordedChange[], record: InstallationRecord): readonly InstalledFile[] {
  const own = changes.filter(({ path, change }) => change === "created" || record.names.includes(posix.basename(path))).map(({ path }) => path);
  const earlier = formerReceipt(host)?.files.map(({ path }) => path) ?? [];
  const owners = changes.map(({ after }) => after?.uid ?? 0);
  return [...new Set([...own, ...earlier])].sort().flatMap((text) => {
    const path = asAbsolutePath(text);
    return (path && installedFile(host, path, owners)) ?? [];
  });
}

/** The same archive was run because a file was missing or replaced; one that it does not bring back must not become the record. */
function requireRepaired(host: Host, { sha256, archive }: Installation, changes: readonly RecordedChange[], installed: readonly InstalledFile[]): void {
  const former = formerReceipt(host);
  if (former?.archiveSha256 !== sha256) return;
  const touched = new Set<string>(changes.filter(({ change }) => change !== "removed").map(({ path }) => path));
  const now = new Map(installed.map((file) => [file.path, file]));
  const wrong = former.files.filter(({ path, sha256: content, target }) =>
    !touched.has(path) && (now.get(path)?.sha256 !== content || now.get(path)?.target !== target));
  if (wrong.length === 0) return;
  throw new Problem("module-drift", "install.sh did not bring back what was changed", {
    where: { path: archive }, detail: wrong.map(({ path }) => path).join("\n"),
    hint: "move these files away and run again, or find out what removes or replaces them",
  });
}

function formerReceipt(host: Host): Receipt | undefined {
  try {
    return readReceipt(host.files());
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function installedLibrary(host: Host, installed: readonly InstalledFile[], archive: string): AbsolutePath {
  const loader = openLoader(host.files());
  const byName = loader.find(moduleName)?.path;
  const candidates = installed.map(({ path }) => path).filter((path) => posix.basename(path) === moduleName && loader.find(path) !== undefined);
  const library = candidates.find((path) => path === byName) ?? candidates[0] ?? byName;
  if (library !== undefined) return library;
  throw new Problem("installer-no-library", `install.sh ended well but left no ${moduleName}`, {
    where: { path: archive }, detail: "nothing of that name was created for this machine under /etc, /opt, /usr or /lib",
    hint: "ask the vendor where install.sh puts the module",
  });
}
