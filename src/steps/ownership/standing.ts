import { modeText } from "../../formats/text/mode-text.js";
import { article } from "../../host/files/trust.js";
import type { Account, Accounts, Entry, Group } from "../../host/host.js";
import {
  executableByGroup,
  executableByOwner,
  executableByWorld,
  readableByWorld,
} from "../../host/mode-bits.js";
import { shellWord, writtenBy } from "../../formats/text/shell-word.js";
import { Problem } from "../../problem/problem.js";
import type { Severity } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { OwnedEntry } from "./observe.js";

/** Who is to read the configuration; the account and the group may not exist yet. */
export interface Reader {
  readonly service: Pick<ServiceAccount, "user" | "group">;
  readonly account: Account | undefined;
  readonly group: Group | undefined;
  readonly accounts: Accounts;
}

/**
 * The character that replaces bytes in a name that are not UTF-8: the file cannot be found by it any more.
 */
const unreadable = "\ufffd";
/** The rights to a folder and to a file, as everybody would have them. */
const reading = { folder: readableByWorld | executableByWorld, file: readableByWorld };

/**
 * Why an entry is not made root:GROUP and readable by the group; undefined if it is. On the path to
 * config.json that is an error; anything else is left as it is, with a warning: whoever made it, it is not
 * knetctl's.
 */
export function foreignness(one: OwnedEntry, reader: Reader): Problem | undefined {
  const severity = one.onTheWay ? "error" : "warning";
  return notWorkable(one, severity) ?? thirdOwner(one, reader, severity) ?? privacy(one, reader, severity);
}

/**
 * Whether the service can pass through a folder, going by what is known of its groups; `unknown` if a group
 * or an access list may let it.
 */
export function passage({ uid, gid, mode }: Entry, { account, group }: Reader): "yes" | "no" | "unknown" {
  if (account !== undefined && (account.uid === 0 || uid === account.uid))
    return account.uid === 0 || (mode & executableByOwner) !== 0 ? "yes" : "no";
  const isGroups = gid === account?.gid || gid === group?.gid;
  if ((mode & (isGroups ? executableByGroup : executableByWorld)) !== 0) return "yes";
  // the group's bits are also the most that an access list can grant (acl(5))
  return (mode & executableByGroup) === 0 ? "no" : "unknown";
}

function notWorkable({ path, entry }: OwnedEntry, severity: Severity): Problem | undefined {
  const where = { path };
  if (path.includes(unreadable)) {
    return new Problem("ownership-name", "a name there is not valid UTF-8, so it cannot be handled safely", {
      where,
      severity,
      hint: "ls -b shows the name; rename or remove it",
    });
  }
  if (entry.kind !== "folder" && entry.kind !== "file") {
    return new Problem(
      "ownership-foreign-kind",
      `there is ${article[entry.kind]} where only folders and files belong`,
      {
        where,
        severity,
        hint: "find out where it comes from, then remove it; knetctl changes neither it nor what it leads to",
      },
    );
  }
  if (entry.kind !== "file" || entry.links <= 1) return undefined;
  return new Problem("ownership-hard-link", "a file there has more than one name", {
    where,
    severity,
    detail: `${entry.links} hard links: changing its owner here would change it under the other names too`,
    hint:
      `find the others (find / -xdev -samefile ${shellWord(path)}), then replace this one with a copy ` +
      "or remove it",
  });
}

function thirdOwner(
  { path, entry }: OwnedEntry,
  { account, accounts }: Reader,
  severity: Severity,
): Problem | undefined {
  if (entry.uid === 0 || entry.uid === account?.uid) return undefined;
  return new Problem(
    "ownership-third-owner",
    "something there belongs neither to root nor to the service user",
    {
      where: { path },
      severity,
      detail: `owner ${accounts.userName(entry.uid)}`,
      hint: `find out why, then remove it or give it to root (chown -h root ${shellWord(path)})`,
    },
  );
}

/**
 * Something that the group cannot read yet may be a secret that was moved here, even one of root's: the
 * service user can move things into its folders from others that it owns. The configuration itself is meant
 * for the service, if root or the service put it there.
 */
function privacy(one: OwnedEntry, reader: Reader, severity: Severity): Problem | undefined {
  const { path, entry, onTheWay, placedByRoot } = one;
  if (entry.kind !== "folder" && entry.kind !== "file") return undefined;
  const isServices = entry.uid === reader.account?.uid;
  if (isOpen(entry, reading[entry.kind], reader) || (onTheWay && (isServices || placedByRoot)))
    return undefined;
  const { service, accounts } = reader;
  const [owner, group] = [accounts.userName(entry.uid), accounts.groupName(entry.gid)];
  return new Problem("ownership-private", privateTitles[entry.kind][onTheWay ? "onTheWay" : "aside"], {
    where: { path },
    severity,
    detail:
      `${owner}:${group} ${modeText(entry.mode)}: group ${service.group} cannot read it, and is given ` +
      "nothing that it could not read before",
    hint: `move it to a folder that only root can enter, and look at it there${wayOn(one, service.user)}`,
  });
}

const privateTitles = {
  file: {
    onTheWay: "this file is private, and the service user could have moved it here",
    aside: "a private file is left as it is",
  },
  folder: {
    onTheWay: "this folder is private, and the service user could have moved it here",
    aside: "a private folder is left as it is",
  },
};

/** No command on the path itself: the service user can replace what is there. */
function wayOn({ path, entry, onTheWay }: OwnedEntry, user: string): string {
  if (onTheWay)
    return entry.kind === "folder"
      ? "; knetctl apply then creates the folder again"
      : "; knetctl apply then creates the file again";
  return entry.kind === "folder"
    ? "; then have the service user write again what the service needs from it"
    : `; if the service should read it, have the service user write it again: ${writtenBy(user, path)}`;
}

function isOpen({ gid, mode }: Entry, wanted: number, { group }: Reader): boolean {
  return (mode & wanted) === wanted || (gid === group?.gid && ((mode >> 3) & wanted) === wanted);
}
