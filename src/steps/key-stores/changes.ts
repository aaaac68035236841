import { writtenBy } from "../../formats/text/shell-word.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Accounts, Entry } from "../../host/host.js";
import { folderOf, path, type AbsolutePath } from "../../host/path.js";
import { sha256 } from "../../host/random-hex.js";
import { publicModes, serviceModes } from "../../host/rights.js";
import { readableByGroup, readableByWorld, writableByOthers } from "../../host/mode-bits.js";
import { Problem } from "../../problem/problem.js";
import { Secret } from "../../problem/secret.js";
import type { ServiceAccount } from "../../profile/types.js";
import { makesFolder, type Change } from "../../workflow/change.js";
import type { ObservedFile } from "./observe.js";

const step = "key-stores";
/** Amplia's `chmod -R a=,u+rwX,g+rX` of its settings. */
const { folder: folderMode, file: fileMode } = serviceModes;
/**
 * The folder that belongs to the application alone; any other existing folder may also be somebody else's,
 * and is not changed.
 */
export const ampliaFolder = path("/etc/amplia");

/**
 * Missing folders, the outermost first, and the rights of the application's own folder; each folder once,
 * however many files go into it.
 */
export function folderChanges(
  service: ServiceAccount,
  files: readonly ObservedFile[],
  accounts: Accounts,
  planned: readonly Change[],
): readonly Change[] {
  const own = new Set(files.map(({ path: file }) => folderOf(file)));
  // the same plan may create the home
  const made = new Set(planned.filter(makesFolder).map(({ path: folder }) => folder));
  const missing = [...new Set(files.flatMap(({ missingFolders }) => missingFolders))]
    .filter((folder) => !made.has(folder))
    .sort();
  const documented = files.find(
    ({ path: file, folder }) => folder !== undefined && folderOf(file) === ampliaFolder,
  )?.folder;
  return [
    ...(documented === undefined
      ? []
      : rightsChanges(service, ampliaFolder, documented, folderMode, accounts)),
    ...missing.map((folder): Change => {
      const rights = own.has(folder)
        ? ({ owner: "root", group: service.group, mode: folderMode } as const)
        : ({ owner: "root", group: "root", mode: publicModes.folder } as const);
      return { kind: "create-folder", step, path: folder, trusting: service.user, ...rights };
    }),
  ];
}

/** The file's new text or, if that is unchanged, its rights. */
export function fileChanges(
  service: ServiceAccount,
  observed: ObservedFile,
  { text, summary }: { readonly text: string; readonly summary: readonly string[] },
  accounts: Accounts,
): readonly Change[] {
  const { path: file, entry } = observed;
  if (entry !== undefined && text === observed.text)
    return rightsChanges(service, file, entry, fileMode, accounts);
  if (entry === undefined && text === "") return [];
  const content = {
    content: new Secret(text),
    sha256: sha256(text),
    before: entry === undefined ? null : sha256(observed.text),
    summary,
  };
  return [
    {
      kind: "write-settings",
      step,
      path: file,
      trusting: service.user,
      owner: "root",
      group: service.group,
      mode: fileMode,
      ...content,
    },
  ];
}

function rightsChanges(
  service: ServiceAccount,
  at: AbsolutePath,
  entry: Entry,
  mode: number,
  accounts: Accounts,
): readonly Change[] {
  const from = { owner: accounts.userName(entry.uid), group: accounts.groupName(entry.gid) };
  const common = { step, path: at, trusting: service.user } as const;
  const changes: Change[] = [];
  // a group id may have two names
  if (entry.uid !== 0 || entry.gid !== accounts.group(service.group)?.gid)
    changes.push({ kind: "set-owner", ...common, from, owner: "root", group: service.group });
  if (entry.mode !== mode) changes.push({ kind: "set-mode", ...common, from: entry.mode, mode });
  return changes;
}

/**
 * A private file of root's with the name of the settings, in a folder where the service user could have moved
 * it: giving the file to the group, or copying its lines into a new text, would disclose its contents.
 */
export function privateFile(
  { path: file, entry, folder }: ObservedFile,
  { user, group }: ServiceAccount,
  accounts: Accounts,
): readonly Problem[] {
  if (entry === undefined || folder === undefined || entry.uid !== 0) return [];
  const isReadable =
    (entry.mode & readableByWorld) !== 0 ||
    ((entry.mode & readableByGroup) !== 0 && entry.gid === accounts.group(group)?.gid);
  const isRootsFolder = folder.uid === 0 && (folder.mode & writableByOthers) === 0;
  if (isReadable || isRootsFolder) return [];
  return [
    new Problem(
      "settings-private",
      "this file is private to root, and the service user could have moved it here",
      {
        where: { path: file },
        detail:
          `root:${accounts.groupName(entry.gid)} ${modeText(entry.mode)}: group ` +
          `${group} cannot read it, and must not be given what it could not read before`,
        // no command on the path itself: the service user can replace what is there
        hint:
          "move it to a folder that only root can enter, and look at it there; if it holds the " +
          `application's settings, have the service user write them again: ${writtenBy(user, file)}`,
      },
    ),
  ];
}

/** Others could read the secrets in it until now. */
export function exposedWarning({ path: file, entry, text }: ObservedFile): readonly Problem[] {
  if (entry === undefined || (entry.mode & readableByWorld) === 0 || text === "") return [];
  return [
    new Problem("settings-exposed", "everyone on this host can read the application's settings", {
      severity: "warning",
      where: { path: file },
      detail: `mode ${modeText(entry.mode)}`,
      hint: "apply removes this permission; change the PINs and passwords in it if others may have read them",
    }),
  ];
}
