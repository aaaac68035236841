import { inFolder, shellWord } from "../../formats/text/shell-word.js";
import { modeText } from "../../formats/text/mode-text.js";
import type { Entry, Files, Host } from "../../host/host.js";
import { resolveLinks } from "../../host/installer/resolve-links.js";
import { type AbsolutePath, folderOf, joined } from "../../host/path.js";
import { noId, type Reader, type Standing, standingBarrier } from "../../host/unit/barrier.js";
import { serviceReader } from "../../host/unit/reader.js";
import { executableByGroup, executableByWorld } from "../../host/mode-bits.js";
import { Problem, Problems } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { StepInput } from "../../workflow/step.js";
import { ampliaFolder } from "./changes.js";
import type { ObservedFile } from "./observe.js";
import type { WrittenFile } from "./written-stores.js";

/**
 * The first folder on the way to the settings that does not let the service's processes pass, with the groups
 * that its unit gives them: the settings would never be read. As root, the kernel is asked (`Standing`), and
 * it is an error. Elsewhere only where the owner alone can pass, or where knetctl itself gave the folder to
 * another service; otherwise an access control list may let the user pass, and it is a warning. Not checked
 * for files that systemd or Docker reads as root.
 */
export async function closedFolder(
  { path: file, form }: ObservedFile,
  { profile: { service }, host, unit }: StepInput,
  written: readonly WrittenFile[],
): Promise<readonly Problem[]> {
  if (form === "systemd" || form === "env") return [];
  const uid = host.accounts.user(service.user)?.uid;
  const files = host.files(...(uid === undefined ? [] : [uid]));
  const folder = foldersAbove(file)
    // the plan gives the application's own folder rights that let its group in
    .filter((one) => one !== ampliaFolder || one !== folderOf(file))
    .findLast((one) => files.entry(one) !== undefined);
  const end = folder && resolveLinks(files, folder);
  if (end === undefined) return [];
  const known = await serviceReader(host, service.user, unit);
  const reader = withGroups(known ?? unmade(service), gidsAlong(files, end), service, host);
  const standing = await standingBarrier(host, files, end, reader);
  if (standing === undefined) return [];
  const isAnothers = written.some(
    (one) => one.service !== service.user && folderOf(one.path) === standing.path,
  );
  const isCertain = standing.certain || isAnothers || (standing.entry.mode & executableByGroup) === 0;
  return [closed(file, standing, service, host, isCertain)];
}

/** The outermost first. */
function foldersAbove(file: AbsolutePath): readonly AbsolutePath[] {
  const folders: AbsolutePath[] = [];
  for (let folder = folderOf(file); folder !== "/"; folder = folderOf(folder)) folders.unshift(folder);
  return folders;
}

function gidsAlong(files: Files, folder: AbsolutePath): readonly number[] {
  return [...foldersAbove(folder), folder].flatMap((one) => files.entry(one)?.gid ?? []);
}

/** The account that the plan makes. */
function unmade({ user }: ServiceAccount): Reader {
  return { user, uid: noId, gid: noId, groups: () => Promise.resolve([]) };
}

/** With the group of the profile, which the plan may give it, and those of an image that list it. */
function withGroups(
  reader: Reader,
  gids: readonly number[],
  service: ServiceAccount,
  { accounts }: Host,
): Reader {
  const own = accounts.group(service.group)?.gid;
  const listed = gids.filter(
    (gid) => accounts.group(accounts.groupName(gid))?.members?.includes(service.user) === true,
  );
  const more = [...(own === undefined ? [] : [own]), ...listed];
  return { ...reader, groups: async () => [...new Set([...(await reader.groups()), ...more])] };
}

function closed(
  file: AbsolutePath,
  { path: folder, entry: { uid, gid, mode } }: Standing,
  { user }: ServiceAccount,
  { accounts }: Host,
  isCertain: boolean,
): Problem {
  const rights = `${accounts.userName(uid)}:${accounts.groupName(gid)} ${modeText(mode)}`;
  return new Problem(
    "settings-unreachable",
    `the service user ${JSON.stringify(user)} cannot reach these settings`,
    {
      severity: isCertain ? "error" : "warning",
      where: { path: file },
      detail: `${folder} does not let it through (${rights})`,
      hint: isCertain
        ? "give these key stores a target in a folder that it may enter; or let everyone through this " +
          `one: ${inFolder(folder, "chmod o+x .")}`
        : `see whether it can: runuser -u ${shellWord(user)} -- ls -d ${shellWord(`${folder}/.`)}; if ` +
          "not, give these key stores a target elsewhere",
    },
  );
}

/**
 * A folder gives access to one group: settings of a second service in it would lock one of the two out.
 * Throws `settings-other-service` for each folder in which knetctl wrote the settings of another service user
 * with another group, and for an /etc/amplia in which another group has its files.
 */
export function refuseOthersFolders(
  files: readonly ObservedFile[],
  written: readonly WrittenFile[],
  service: ServiceAccount,
  host: Host,
): void {
  const gid = host.accounts.group(service.group)?.gid;
  const folders = new Map(
    files.flatMap(({ path, folder }) =>
      folder === undefined || folder.gid === gid ? [] : [[folderOf(path), folder] as const],
    ),
  );
  const problems = [...folders].flatMap(([path, folder]) => {
    const other = written.find(
      (one) =>
        one.service !== service.user &&
        folderOf(one.path) === path &&
        !isIn(one.service, service.group, host),
    );
    // where everybody may pass, both services' groups are let in
    if (other !== undefined && (path === ampliaFolder || (folder.mode & executableByWorld) === 0))
      return [
        othersFolder(
          path,
          `knetctl wrote ${other.path} in it for the service user ${JSON.stringify(other.service)}`,
        ),
      ];
    const owned = path === ampliaFolder ? foreignFile(path, folder, files, service, host) : undefined;
    return owned === undefined
      ? []
      : [
          othersFolder(
            path,
            `it belongs to group ${host.accounts.groupName(folder.gid)}, and so does ${owned} in it`,
          ),
        ];
  });
  if (problems.length > 0) throw new Problems(problems);
}

/**
 * As far as the account and the group's list show: a directory service may have members that it does not
 * list.
 */
function isIn(user: string, group: string, { accounts }: Host): boolean {
  const known = accounts.group(group);
  return (
    known !== undefined && (accounts.user(user)?.gid === known.gid || known.members?.includes(user) === true)
  );
}

/** A file that has the folder's group and is not in the profile: somebody reads it through that group. */
function foreignFile(
  path: AbsolutePath,
  { gid }: Entry,
  files: readonly ObservedFile[],
  { user }: ServiceAccount,
  host: Host,
): string | undefined {
  if (gid === 0) return undefined;
  const uid = host.accounts.user(user)?.uid;
  const own = new Set<string>(files.map((file) => file.path));
  return (host.files(...(uid === undefined ? [] : [uid])).list(path) ?? [])
    .map((entry) => ({ gid: entry.gid, file: joined(path, entry.name) }))
    .find((one) => one.gid === gid && !own.has(one.file))?.file;
}

function othersFolder(path: AbsolutePath, detail: string): Problem {
  return new Problem("settings-other-service", "the folder of these settings belongs to another service", {
    where: { path },
    detail: `${detail}; a folder gives access to one group only`,
    hint:
      "give these key stores a target in a separate folder, or give both services the same group as " +
      "service.group",
  });
}
