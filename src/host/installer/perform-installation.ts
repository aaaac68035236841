import { readFileSync, rmSync } from "node:fs";
import { join, posix } from "node:path";
import { Problem, Problems } from "../../problem/problem.js";
import { isModule } from "../archive/archive-contents.js";
import { removeIfPossible } from "../archive/private-folder.js";
import { distributionOf } from "../distribution.js";
import type { Host } from "../host.js";
import { joined } from "../path.js";
import type { AbsolutePath } from "../path.js";
import { changeLines } from "./change-lines.js";
import { readEvidence } from "./evidence.js";
import type { Evidence } from "./evidence.js";
import { dropBackups } from "./backup.js";
import type { RecordedChange } from "./difference.js";
import { installationFiles, readBackups, writeChanges } from "./installation-files.js";
import type { InstallationFiles } from "./installation-files.js";
import { isModules, modulesFiles } from "./modules-files.js";
import { keptLines } from "./kept-lines.js";
import { writeKept } from "./kept.js";
import { observeInstallation } from "./observe-installation.js";
import type { Observation } from "./observe-installation.js";
import { installedLibrary } from "./installed-library.js";
import { installedFile, readReceipt, writeReceipt } from "./receipt.js";
import type { InstalledFile, Receipt } from "./receipt.js";
import type { InstallationRecord, InstallationRun } from "./record-installation.js";
import { installLog, questionIn, runInstallScript } from "./run-install-script.js";

export interface Installation {
  readonly archive: AbsolutePath;
  readonly sha256: string;
  readonly version: string;
  readonly timeoutSeconds: number;
  /** Lines for install.sh's standard input. */
  readonly answers: readonly string[];
}

/**
 * Runs install.sh, finds out what it changed, and writes the receipt. Throws the Problems of
 * `runInstallScript`, `installer-no-library` when it left no module behind, and `elf-…` for one that the
 * archive held packed and that cannot be loaded here. After any of them the undoing has to follow.
 */
export async function performInstallation(
  what: Installation,
  record: InstallationRecord,
  run: InstallationRun,
): Promise<void> {
  const { host } = run;
  const files = installationFiles(host, run.folder);
  run.note("running install.sh");
  const inner = joined(files.folder, "work", "extracted", ...record.installer.split("/").slice(0, -1));
  const log = installLog(run.folder);
  const { left, lastWords } = await runInstallScript(host, {
    folder: inner,
    interpreter: { program: record.interpreter.program, args: record.interpreter.args },
    marker: record.marker,
    timeoutSeconds: what.timeoutSeconds,
    log,
    archive: what.archive,
    signal: run.signal,
    answers: what.answers,
    reads: questionIn(readFileSync(join(files.work, "extracted", record.installer), "utf8")),
  });
  if (left.length > 0)
    run.report(
      "warning: install.sh left " +
        `${left.map(({ name, pid }) => `${name} (process ${pid})`).join(", ")} running; ended, since ` +
        "the service manager is to start what is needed",
    );

  const { changes, kept } = await keepChanges(host, files);
  for (const line of [...changeLines(changes), ...keptLines(kept, distributionOf(host.files()))])
    run.report(line);
  try {
    writeReceipt(host.files(), receiptOf(what, record, changes, readEvidence(files), host));
  } catch (error) {
    throw withLastWords(error, lastWords, log);
  }
  removeIfPossible(files.work);
}

function receiptOf(
  what: Installation,
  record: InstallationRecord,
  changes: readonly RecordedChange[],
  evidence: Evidence,
  host: Host,
): Receipt {
  const owners = changes.map(({ after }) => after?.uid ?? 0);
  const former = formerReceipt(host);
  const library = installedLibrary(host, {
    changes,
    earlier: former?.files ?? [],
    isPacked: !record.names.some(isModule),
    archive: what.archive,
  });
  const installed = modulesFiles({ changes, former, evidence, library }).flatMap(
    (path) => installedFile(host, path, owners) ?? [],
  );
  requireRepaired(what, former, changes, installed, evidence);
  return {
    format: 1,
    archiveSha256: what.sha256,
    archiveName: posix.basename(what.archive),
    version: what.version,
    installedAt: new Date().toISOString(),
    files: installed,
    library,
  };
}

/** What went wrong after a script that ended well is most often told in what it printed. */
function withLastWords(error: unknown, lastWords: readonly string[], log: string): unknown {
  if (error instanceof Problems)
    return new Problems(
      error.list.map((problem, at) => (at === 0 ? told(problem, lastWords, log) : problem)),
    );
  return error instanceof Problem ? told(error, lastWords, log) : error;
}

function told(
  { code, message, where, detail, hint, severity, cause }: Problem,
  lastWords: readonly string[],
  log: string,
): Problem {
  return new Problem(code, message, {
    severity,
    ...(where && { where }),
    detail: [...(detail === undefined ? [] : [detail]), "install.sh succeeded", ...lastWords].join("\n"),
    hint: [...(hint === undefined ? [] : [hint]), `all of its output is in ${log}`].join("; "),
    cause,
  });
}

async function keepChanges(
  host: Host,
  files: InstallationFiles,
): Promise<Pick<Observation, "changes" | "kept">> {
  const observed = await observeInstallation(host, files);
  if (observed === undefined)
    throw new Problem("installer-snapshot", "the record of the previous state is gone", {
      where: { path: files.snapshot },
      hint: "find out who removed it; what install.sh changed can no longer be determined",
    });
  const { changes, kept } = observed;
  writeKept(host, files, kept);
  writeChanges(host, files, changes);
  const needed = new Set(
    [...changes, ...kept.changes.map(({ change }) => change)]
      .filter(({ change }) => change !== "rewritten")
      .map(({ backup }) => backup),
  );
  dropBackups(
    files.backups,
    [...readBackups(files).values()].filter((name) => !needed.has(name)),
  );
  removeFile(files.snapshot);
  return observed;
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
 * The same archive was run because a file was missing or replaced; one that it does not bring back must not
 * become the record.
 */
function requireRepaired(
  { sha256, archive }: Installation,
  former: Receipt | undefined,
  changes: readonly RecordedChange[],
  installed: readonly InstalledFile[],
  evidence: Evidence,
): void {
  if (former?.archiveSha256 !== sha256) return;
  const touched = new Set<string>(
    changes.filter(({ change }) => change !== "removed").map(({ path }) => path),
  );
  const now = new Map(installed.map((file) => [file.path, file]));
  const wrong = former.files.filter(
    ({ path, sha256: content, target }) =>
      (target !== undefined || evidence.hashes.includes(content ?? "")) &&
      isModules(path, former.library) &&
      !touched.has(path) &&
      (now.get(path)?.sha256 !== content || now.get(path)?.target !== target),
  );
  if (wrong.length === 0) return;
  throw new Problem("module-drift", "install.sh did not bring back what was changed", {
    where: { path: archive },
    detail: wrong.map(({ path }) => path).join("\n"),
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
