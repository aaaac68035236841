import { modeText } from "../../formats/text/mode-text.js";
import type { Account, Accounts, Entry, Group } from "../../host/host.js";
import { shellWord, writtenBy } from "../../formats/text/shell-word.js";
import { Problem } from "../../problem/problem.js";
import type { Severity } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { OwnedEntry } from "./observe.js";

/** Who is to read the configuration; the account and the group may be still to be made. */
export interface Reader {
  readonly service: Pick<ServiceAccount, "user" | "group">;
  readonly account: Account | undefined;
  readonly group: Group | undefined;
  readonly accounts: Accounts;
}

/** What stands for bytes that are no UTF-8 in a name: the way back to the file is lost. */
const unreadable = "\ufffd";
/** What the group is given of a folder and of a file. */
const reading = { folder: 0o5, file: 0o4 };

/**
 * Why an entry is not made root:GROUP, with the group reading it; undefined where it is. On the way to
 * config.json that is an error; what lies beside the way is left as it is, with a warning: whoever made it
 * there, it is not ours.
 */
export function foreignness(one: OwnedEntry, reader: Reader): Problem | undefined {
  const severity = one.onTheWay ? "error" : "warning";
  return notWorkable(one, severity) ?? thirdOwner(one, reader, severity) ?? privacy(one, reader, severity);
}

/**
 * Whether the service can pass through a folder, by what is known of its groups; `unknown` where a group or
 * an access list may let it.
 */
export function passage({ uid, gid, mode }: Entry, { account, group }: Reader): "yes" | "no" | "unknown" {
  if (account !== undefined && (account.uid === 0 || uid === account.uid))
    return account.uid === 0 || (mode & 0o100) !== 0 ? "yes" : "no";
  const isGroups = gid === account?.gid || gid === group?.gid;
  if ((mode & (isGroups ? 0o010 : 0o001)) !== 0) return "yes";
  // the group's bits are also what an access list can give at most (acl(5))
  return (mode & 0o010) === 0 ? "no" : "unknown";
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
      `there is a ${entry.kind} where only folders and files belong`,
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
 * Something that the group cannot read yet may be a secret that was moved here, root's own included: the
 * service user can move into its folders what lies in another folder of its own. The configuration itself is
 * for the service to read, where it was put in place by root or by the service.
 */
function privacy(one: OwnedEntry, reader: Reader, severity: Severity): Problem | undefined {
  const { path, entry, onTheWay, placedByRoot } = one;
  if (entry.kind !== "folder" && entry.kind !== "file") return undefined;
  const isServices = entry.uid === reader.account?.uid;
  if (isOpen(entry, reading[entry.kind], reader) || (onTheWay && (isServices || placedByRoot)))
    return undefined;
  const { service, accounts } = reader;
  const [owner, group] = [accounts.userName(entry.uid), accounts.groupName(entry.gid)];
  const title = onTheWay
    ? `this ${entry.kind} is private, and the service user could have moved it here`
    : `a private ${entry.kind} is left as it is`;
  return new Problem("ownership-private", title, {
    where: { path },
    severity,
    detail:
      `${owner}:${group} ${modeText(entry.mode)}: group ${service.group} cannot read it, and is given ` +
      "nothing that it could not read before",
    hint: `move it to a folder that only root can enter, and see there what it is${wayOn(one, service.user)}`,
  });
}

/** No command on the path itself: the service user may exchange what it names. */
function wayOn({ path, entry, onTheWay }: OwnedEntry, user: string): string {
  if (onTheWay) return `; knetctl apply then creates the ${entry.kind} again`;
  return entry.kind === "folder"
    ? "; what the service is to read of it, let that user write again"
    : `; if the service is to read it, let that user write it again: ${writtenBy(user, path)}`;
}

function isOpen({ gid, mode }: Entry, wanted: number, { group }: Reader): boolean {
  return (mode & wanted) === wanted || (gid === group?.gid && ((mode >> 3) & wanted) === wanted);
}
