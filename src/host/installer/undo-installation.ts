import { messageWithDetail, Problem } from "../../problem/problem.js";
import { removeIfPossible } from "../archive/private-folder.js";
import { distributionOf } from "../distribution.js";
import type { Distribution } from "../distribution.js";
import type { Host } from "../host.js";
import type { RecordedChange } from "./difference.js";
import {
  installationFiles,
  readChanges,
  requireRecord,
  writeChanges,
  type InstallationFiles,
} from "./installation-files.js";
import { othersLines } from "./kept-lines.js";
import { keptStanding } from "./kept-standing.js";
import { nothingKept, readKept, writeKept, type Kept } from "./kept.js";
import { runLdconfig } from "./ldconfig.js";
import { endLeftOvers } from "../commands/left-over-processes.js";
import { observeInstallation } from "./observe-installation.js";
import { receiptFile } from "./receipt.js";
import type { InstallationRecord, InstallationRun } from "./record-installation.js";
import { restoration } from "./restoration.js";
import { restore } from "./restore.js";
import type { NotRestored } from "./restore.js";

const shownPaths = 50;

/**
 * Takes an installation back, whether it was not begun, was cut off anywhere, or succeeded long ago; can be
 * repeated. An installer that is still running is ended first. Throws `installer-undo-incomplete` with every
 * path that could not be put back, after putting back all others. With `timeoutSeconds`, the installer's,
 * what was changed later than that is left alone.
 */
export async function undoInstallation(
  record: InstallationRecord,
  run: InstallationRun,
  timeoutSeconds?: number,
): Promise<void> {
  const { host } = run;
  await endLeftOvers(record.marker);
  const files = installationFiles(host, run.folder);
  // first: on a full disk this makes the room that the record and the files put back need
  removeIfPossible(files.work);
  requireRecord(host, files);
  const { changes, kept } = await recordedOrObserved(host, files, timeoutSeconds);
  const how = restoration(host, files, changes);
  const restored = restore(changes, how);
  restoreReceipt(host, record);
  for (const line of othersLines(kept)) run.report(line);
  const failures = [
    ...(await keptStanding(host, kept, how)),
    ...restored,
    ...(changes.length > 0 ? await rebuildCache(host) : []),
  ];
  if (failures.length > 0) throw incomplete(failures, distributionOf(host.files()));
}

async function recordedOrObserved(
  host: Host,
  files: InstallationFiles,
  timeoutSeconds: number | undefined,
): Promise<{ readonly changes: readonly RecordedChange[]; readonly kept: Kept }> {
  const recorded = readChanges(files);
  if (recorded !== undefined) return { changes: recorded, kept: readKept(files) };
  const observed = await observeInstallation(host, files, timeoutSeconds);
  if (observed === undefined) return { changes: [], kept: nothingKept };
  // kept, so that a second undoing does the same
  writeKept(host, files, observed.kept);
  writeChanges(host, files, observed.changes);
  return observed;
}

/**
 * Where there is no ldconfig, none was run; what the cache may name and is gone does not disturb the loader.
 */
async function rebuildCache(host: Host): Promise<readonly NotRestored[]> {
  if (host.commands.find("ldconfig") === undefined) return [];
  try {
    await runLdconfig(host);
    return [];
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return [
      {
        path: "/etc/ld.so.cache",
        reason: messageWithDetail(error),
      },
    ];
  }
}

function restoreReceipt(host: Host, { receipt }: InstallationRecord): void {
  if (receipt === null) host.files().remove(receiptFile);
  else host.files().write(receiptFile, Buffer.from(receipt), { mode: 0o600, uid: 0, gid: 0 });
}

/** How a distribution tells whose a file is, and brings it back. */
const packageOfFile: Readonly<Record<Distribution, string>> = {
  debian: "dpkg -S PATH names a file's package, apt-get install --reinstall brings it back",
  fedora: "rpm -qf PATH names a file's package, dnf reinstall brings it back",
  suse: "rpm -qf PATH names a file's package, zypper install --force brings it back",
  alpine: "apk info --who-owns PATH names a file's package, apk fix brings it back",
  other: "the package that a file belongs to can be installed again",
};

function incomplete(failures: readonly NotRestored[], distribution: Distribution): Problem {
  const shown = failures.slice(0, shownPaths).map(({ path, reason }) => `${path}: ${reason}`);
  const more = failures.length - shown.length;
  return new Problem(
    "installer-undo-incomplete",
    `${failures.length === 1 ? "one thing is" : `${failures.length} things are`} not as before ` +
      "install.sh ran",
    {
      detail: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
      hint: `look at each: remove it, or put it back from a backup; ${packageOfFile[distribution]}`,
    },
  );
}
