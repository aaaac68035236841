import { join } from "node:path";
import { isRecord } from "../../formats/json/json-values.js";
import { Problem } from "../../problem/problem.js";
import type { Host } from "../host.js";
import { folderOf, joined, nameOf } from "../path.js";
import type { AbsolutePath } from "../path.js";
import type { Backups } from "./backup.js";
import type { EntryState, RecordedChange } from "./difference.js";
import { resolveLinks } from "./resolve-links.js";
import { isRecordedNumber } from "./recorded-number.js";

/** Where an installation keeps what its undoing needs: `RUN/module/`, 0700 and root's. */
export interface InstallationFiles {
  /** As seen from inside the host's root, without links. */
  readonly folder: AbsolutePath;
  /** The same folder as a path of this machine. */
  readonly full: string;
  readonly work: string;
  readonly snapshot: string;
  readonly backups: string;
  /**
   * What a file below the folder holds; undefined when it is missing. A record may have come with an image,
   * so what is read is reached inside of the host's root only, whatever lies there.
   */
  read(...names: readonly string[]): Buffer | undefined;
}

const largestRecord = 1024 ** 3;
const rootOnly = { mode: 0o600, uid: 0, gid: 0 };
/** As `saveBackups` names them. */
const backupName = /^\d{1,9}$/;

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
 * The folder's paths. Below it an installation in progress uses them by name, which is safe because only root
 * can enter it; that it really is that folder, inside the host's root, is checked here. Links of root's on
 * the way to the run's folder are followed there.
 */
export function installationFiles(host: Host, run: AbsolutePath): InstallationFiles {
  const asked = joined(run, "module");
  const entry = host.files().entry(asked);
  const folder = joined(resolveLinks(host.files(), folderOf(asked)) ?? folderOf(asked), nameOf(asked));
  const full = host.root === "/" ? folder : host.root + folder;
  if (entry !== undefined && (entry.kind !== "folder" || entry.uid !== 0 || (entry.mode & 0o077) !== 0))
    throw new Problem("archive-not-private", "the run's folder is not private", {
      where: { path: full },
      hint: "find out who changed it: it must be a folder of root's with mode 0700",
    });
  return {
    folder,
    full,
    work: join(full, "work"),
    snapshot: join(full, "snapshot"),
    backups: join(full, "backups"),
    read: (...names) => host.files().read(joined(folder, ...names), largestRecord),
  };
}

export function writeChanges(
  host: Host,
  { folder }: InstallationFiles,
  changes: readonly RecordedChange[],
): void {
  host.files().write(joined(folder, "changes.json"), Buffer.from(JSON.stringify(changes, null, 1)), rootOnly);
}

/**
 * What an installer was recorded to have changed, in a run's folder; undefined when it was not recorded
 * (yet).
 */
export function readChanges(files: InstallationFiles): readonly RecordedChange[] | undefined {
  try {
    const json: unknown = JSON.parse(files.read("changes.json")?.toString("utf8") ?? "");
    return Array.isArray(json) && json.every(isRecordedChange) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** What the backup of that name holds; undefined when there is none. */
export function backupContent(files: InstallationFiles, name: string): Buffer | undefined {
  return backupName.test(name) ? files.read("backups", name) : undefined;
}

/**
 * Name of the backup (in the backup folder) of each path that has one, from the index that `saveBackups`
 * wrote; empty when it is not there.
 */
export function readBackups(files: InstallationFiles): Backups {
  try {
    const list: unknown = JSON.parse(files.read("backups", "index.json")?.toString("utf8") ?? "");
    return new Map(Array.isArray(list) ? list.flatMap(pair) : []);
  } catch {
    return new Map();
  }
}

function pair(item: unknown): [string, string][] {
  const fields: readonly unknown[] = Array.isArray(item) ? item : [];
  const [path, name] = fields;
  return typeof path === "string" && typeof name === "string" && backupName.test(name) ? [[path, name]] : [];
}

/**
 * Throws `journal-damaged` where something was recorded, cannot be read, and the state before is gone as
 * well: then nobody can tell what install.sh did, and nothing must be called undone.
 */
export function requireRecord(host: Host, files: InstallationFiles): void {
  const exists = (name: string): boolean => host.files().entry(joined(files.folder, name)) !== undefined;
  if (!exists("changes.json") || exists("snapshot") || readChanges(files) !== undefined) return;
  throw new Problem("journal-damaged", "the record of what install.sh changed cannot be read", {
    where: { path: joined(files.folder, "changes.json") },
    hint:
      "find out what wrote to it; copies of what install.sh replaced are beside it, and module.json of " +
      "the state folder lists what is installed",
  });
}

const changeWords: readonly unknown[] = [
  "created",
  "replaced",
  "removed",
  "rights",
  "rewritten",
] satisfies RecordedChange["change"][];

export function isRecordedChange(json: unknown): json is RecordedChange {
  return (
    isRecord(json) &&
    typeof json["path"] === "string" &&
    changeWords.includes(json["change"]) &&
    isStateOrAbsent(json["before"]) &&
    isStateOrAbsent(json["after"]) &&
    (json["backup"] === undefined || (typeof json["backup"] === "string" && backupName.test(json["backup"])))
  );
}

function isStateOrAbsent(json: unknown): json is EntryState | undefined {
  return (
    json === undefined ||
    (isRecord(json) &&
      typeof json["kind"] === "string" &&
      ["mode", "uid", "gid"].every((name) => isRecordedNumber(json[name])))
  );
}
