import type { Entry, Host } from "../../host/host.js";
import { folderOf, joined, type AbsolutePath } from "../../host/path.js";
import { Problem, Problems } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import { ampliaFolder } from "./changes.js";
import type { ObservedFile } from "./observe.js";
import type { WrittenFile } from "./receipt.js";

/** Both services' groups are then let in. */
const otherBits = 0o001;

/**
 * A folder lets one group in: settings of a second service in it would lock one of the two out. Throws
 * `settings-other-service` for each folder in which knetctl wrote the settings of another service user with
 * another group, and for an /etc/amplia in which another group has its files.
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
    if (other !== undefined && (path === ampliaFolder || (folder.mode & otherBits) === 0))
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
 * As far as the account and the group's list tell: a directory service may hold members that it does not
 * list.
 */
function isIn(user: string, group: string, { accounts }: Host): boolean {
  const known = accounts.group(group);
  return (
    known !== undefined && (accounts.user(user)?.gid === known.gid || known.members?.includes(user) === true)
  );
}

/** A file of the folder's group that is none of the profile's: somebody reads it by that group. */
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
  return new Problem("settings-other-service", "the folder of these settings is another service's", {
    where: { path },
    detail: `${detail}; a folder lets one group in`,
    hint:
      "give these key stores a target in a folder of their own, or both services one group as " +
      "service.group",
  });
}
