import { realFiles } from "./files/real-files.js";
import type { Files, Host } from "./host.js";
import { asAbsolutePath, folderOf, joined, path, stateFolder, type AbsolutePath } from "./path.js";

/** Where knetctl keeps what it has to remember, for nobody else to read. */
export interface OwnState {
  readonly files: Files;
  readonly folder: AbsolutePath;
  readonly owner: { readonly uid: number; readonly gid: number };
  /** Makes the folder, with all above it that is missing. Throws Problems (`host-…`). */
  ensure(): void;
}

/** The host's own, which is root's alone. */
export function hostState(host: Pick<Host, "files">): OwnState {
  const files = host.files();
  const owner = { uid: 0, gid: 0 };
  return {
    files,
    folder: stateFolder,
    owner,
    ensure: () => {
      const above = folderOf(stateFolder);
      for (const folder of [folderOf(above), above]) ensureFolder(files, folder, 0o755, owner);
      ensureFolder(files, stateFolder, 0o700, owner);
    },
  };
}

/** This machine's own, whatever root is provisioned. */
export function machineState(): OwnState {
  return hostState({ files: () => realFiles(path("/"), []) });
}

/**
 * A user's own on this machine, in the folder that the XDG Base Directory Specification names; undefined if
 * the environment names neither that nor a home.
 */
export function userState(
  environment: Readonly<Record<string, string | undefined>>,
  owner: OwnState["owner"],
): OwnState | undefined {
  const home = asAbsolutePath(environment["HOME"] ?? "");
  const usual = home && joined(home, ".local", "state");
  const parent = asAbsolutePath(environment["XDG_STATE_HOME"] ?? "") ?? usual;
  if (parent === undefined) return undefined;
  const files = realFiles(path("/"), [owner.uid]);
  const folder = joined(parent, nameOfState);
  return {
    files,
    folder,
    owner,
    ensure: () => {
      for (const one of [...missingAbove(files, folder), folder]) ensureFolder(files, one, 0o700, owner);
    },
  };
}

const nameOfState = "knetctl";

/** The folders above that are not there, outermost first. */
function missingAbove(files: Files, folder: AbsolutePath): readonly AbsolutePath[] {
  const above = folderOf(folder);
  return files.entry(above) === undefined ? [...missingAbove(files, above), above] : [];
}

function ensureFolder(files: Files, folder: AbsolutePath, mode: number, owner: OwnState["owner"]): void {
  if (files.entry(folder) === undefined) files.createFolder(folder, { mode, ...owner });
}
