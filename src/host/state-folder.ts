import { realFiles } from "./files/real-files.js";
import { Problem } from "../problem/problem.js";
import type { Files, Host } from "./host.js";
import { asAbsolutePath, folderOf, joined, path, stateFolder, type AbsolutePath } from "./path.js";
import { privateModes, publicModes } from "./rights.js";

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
      for (const folder of [folderOf(above), above]) ensureFolder(files, folder, publicModes.folder, owner);
      ensureFolder(files, stateFolder, privateModes.folder, owner);
    },
  };
}

/** This machine's own, whatever root is provisioned. */
export function machineState(): OwnState {
  return hostState({ files: () => realFiles(path("/"), []) });
}

/**
 * A user's own on this machine, in the folder that the XDG Base Directory Specification names; undefined if
 * the environment names neither that nor a home that is there.
 */
export function userState(
  environment: Readonly<Record<string, string | undefined>>,
  owner: OwnState["owner"],
): OwnState | undefined {
  const home = asAbsolutePath(environment["HOME"] ?? "");
  const files = realFiles(path("/"), [owner.uid]);
  const usual = home && isMissing(files, home) ? undefined : home && joined(home, ".local", "state");
  const parent = asAbsolutePath(environment["XDG_STATE_HOME"] ?? "") ?? usual;
  if (parent === undefined) return undefined;
  const folder = joined(parent, nameOfState);
  return {
    files,
    folder,
    owner,
    ensure: () => {
      for (const one of [...missingAbove(files, folder), folder])
        ensureFolder(files, one, privateModes.folder, owner);
    },
  };
}

/** As /nonexistent is, the home of many services. */
function isMissing(files: Files, home: AbsolutePath): boolean {
  try {
    return files.entry(home) === undefined;
  } catch (error) {
    // whoever uses it is told what is wrong with it
    if (error instanceof Problem) return false;
    throw error;
  }
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
