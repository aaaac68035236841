import { inFolder } from "../../formats/safe-commands.js";
import { shellWord } from "../../formats/text/shell-word.js";
import type { Entry, Host } from "../../host/host.js";
import { folderOf, type AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import { ampliaFolder } from "./changes.js";
import type { ObservedFile } from "./observe.js";
import type { WrittenFile } from "./receipt.js";

const groupMayPass = 0o010;
const othersMayPass = 0o001;

/**
 * The first folder on the way to the settings that does not let the service user pass: written there, they
 * would never be read. Certain where nobody but the owner passes, or knetctl itself made the folder another
 * service's; else an access list, or a group that the unit gives, may open the way, and it is a warning. Not
 * asked of files that systemd or Docker reads, as root.
 */
export function closedFolder(
  { path: file, form }: ObservedFile,
  service: ServiceAccount,
  host: Host,
  written: readonly WrittenFile[],
): readonly Problem[] {
  const user = host.accounts.user(service.user);
  if (user?.uid === 0 || form === "systemd" || form === "env") return [];
  const files = host.files(...(user === undefined ? [] : [user.uid]));
  for (const folder of foldersAbove(file)) {
    // what the plan makes of the application's own folder lets its group in
    if (folder === ampliaFolder && folder === folderOf(file)) continue;
    const entry = files.entry(folder);
    if (entry?.kind !== "folder" || mayPass(entry, service, host)) continue;
    const isAnothers = written.some((one) => one.service !== service.user && folderOf(one.path) === folder);
    return [closed(file, folder, entry, service, host, isAnothers || (entry.mode & groupMayPass) === 0)];
  }
  return [];
}

/** The outermost first. */
function foldersAbove(file: AbsolutePath): readonly AbsolutePath[] {
  const folders: AbsolutePath[] = [];
  for (let folder = folderOf(file); folder !== "/"; folder = folderOf(folder)) folders.unshift(folder);
  return folders;
}

function mayPass({ uid, gid, mode }: Entry, service: ServiceAccount, { accounts }: Host): boolean {
  const user = accounts.user(service.user);
  if ((mode & othersMayPass) !== 0 || (uid === user?.uid && (mode & 0o100) !== 0)) return true;
  const isMember =
    gid === user?.gid ||
    gid === accounts.group(service.group)?.gid ||
    accounts.group(accounts.groupName(gid))?.members?.includes(service.user) === true;
  return isMember && (mode & groupMayPass) !== 0;
}

function closed(
  file: AbsolutePath,
  folder: AbsolutePath,
  { uid, gid, mode }: Entry,
  { user }: ServiceAccount,
  { accounts }: Host,
  isCertain: boolean,
): Problem {
  const rights = `${accounts.userName(uid)}:${accounts.groupName(gid)} ${mode.toString(8).padStart(4, "0")}`;
  return new Problem(
    "settings-unreachable",
    `the service user ${JSON.stringify(user)} cannot reach these settings`,
    {
      severity: isCertain ? "error" : "warning",
      where: { path: file },
      detail: `${folder} does not let it pass (${rights})`,
      hint: isCertain
        ? "give these key stores a target in a folder that it may enter; or let everybody pass this " +
          `one: ${inFolder(folder, "chmod o+x .")}`
        : `see whether it can: runuser -u ${shellWord(user)} -- ls -d ${shellWord(`${folder}/.`)}; if ` +
          "not, give these key stores a target elsewhere",
    },
  );
}
