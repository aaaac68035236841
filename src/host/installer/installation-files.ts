import { lstatSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../problem/problem.js";
import { asFileProblem } from "../files/file-problem.js";
import type { Host } from "../host.js";
import { joined } from "../path.js";
import type { AbsolutePath } from "../path.js";
import type { EntryState, RecordedChange } from "./difference.js";

/** Where an installation keeps what its undoing needs: `RUN/module/`, 0700 and root's. */
export interface InstallationFiles {
  /** As seen from inside the host's root. */
  readonly folder: AbsolutePath;
  /** The same folder as a path of this machine. */
  readonly full: string;
  readonly work: string;
  readonly snapshot: string;
  readonly backups: string;
}

/** Creates the folder in the run's own one. */
export function createInstallationFiles(host: Host, run: AbsolutePath): InstallationFiles {
  const files = host.files();
  const rights = { mode: 0o700, uid: 0, gid: 0 };
  const folder = joined(run, "module");
  files.createFolder(folder, rights);
  files.createFolder(joined(folder, "work"), rights);
  return installationFiles(host, run);
}

/**
 * The folder's paths. Below it they are used by name, which is safe because only root can enter it; that it really
 * is that folder, inside the host's root, is checked here.
 */
export function installationFiles(host: Host, run: AbsolutePath): InstallationFiles {
  const folder = joined(run, "module");
  const full = host.root === "/" ? folder : host.root + folder;
  const stats = lstatSync(full, { throwIfNoEntry: false });
  const isOurs = stats === undefined || (stats.isDirectory() && stats.uid === 0 && (stats.mode & 0o077) === 0);
  if (!isOurs || (stats !== undefined && realpathSync(full) !== join(realpathSync(host.root), folder)))
    throw new Problem("archive-not-private", "the run's folder is not private", {
      where: { path: full }, hint: "run chmod 0700 /var/lib/knetctl, and make it a folder of root's without links on the way",
    });
  return { folder, full, work: join(full, "work"), snapshot: join(full, "snapshot"), backups: join(full, "backups") };
}

export function writeChanges({ folder, full }: InstallationFiles, changes: readonly RecordedChange[]): void {
  asFileProblem(joined(folder, "changes.json"), () => { writeFileSync(join(full, "changes.json"), JSON.stringify(changes, null, 1), { mode: 0o600, flush: true }); });
}

/** What an installer was recorded to have changed, in a run's folder; undefined when it was not recorded (yet). */
export function readChanges({ full }: InstallationFiles): readonly RecordedChange[] | undefined {
  try {
    const json: unknown = JSON.parse(readFileSync(join(full, "changes.json"), "utf8"));
    return Array.isArray(json) && json.every(isRecordedChange) ? json : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Throws `journal-damaged` where something was recorded, cannot be read, and the state before is gone as well: then nobody can tell what install.sh
 * did, and nothing must be called undone.
 */
export function requireRecord(files: InstallationFiles): void {
  const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  const record = join(files.full, "changes.json");
  if (!exists(record) || exists(files.snapshot) || readChanges(files) !== undefined) return;
  throw new Problem("journal-damaged", "the record of what install.sh changed cannot be read", {
    where: { path: joined(files.folder, "changes.json") },
    hint: "find out what wrote to it; copies of what install.sh replaced are beside it, and module.json of the state folder lists what is installed",
  });
}

const changeWords: readonly unknown[] = ["created", "replaced", "removed", "rights", "rewritten"] satisfies RecordedChange["change"][];

function isRecordedChange(json: unknown): json is RecordedChange {
  return isObject(json) && typeof json["path"] === "string" && changeWords.includes(json["change"])
    && isStateOrAbsent(json["before"]) && isStateOrAbsent(json["after"]);
}

function isStateOrAbsent(json: unknown): json is EntryState | undefined {
  return json === undefined || (isObject(json) && typeof json["kind"] === "string"
    && ["mode", "uid", "gid"].every((name) => typeof json[name] === "number"));
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null;
}
