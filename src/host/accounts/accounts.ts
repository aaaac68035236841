import { askChild } from "../commands/start-child.js";
import { findProgram } from "../commands/find-program.js";
import { trustedOwners } from "../files/trust.js";
import { Problem } from "../../problem/problem.js";
import type { Account, Accounts, Files, Group } from "../host.js";
import { asAbsolutePath, path, type AbsolutePath } from "../path.js";
import { sizeLimits } from "../size-limits.js";

/** Network databases are queried for one entry at a time. */
const getentTimeoutMs = 10_000;

/** The last id means "leave it as it is" to chown(2), and belongs to no account. */
const mostId = 0xffff_fffe;

type Database = "passwd" | "group" | "initgroups";

/**
 * Lines of a database, queried by name (field 0) or number (field 2); empty if there are none. `initgroups`
 * answers with a user's name and the numbers of its groups, with blanks between them.
 */
export type NameService = (database: Database, field: 0 | 2, wanted: string) => string;

/**
 * Accounts of /etc/passwd and /etc/group (passwd(5), group(5)), read again for each query, since a plan may
 * create some. What is not there is looked up in the name service, if one is given, but only once: that may
 * take time, and a thousand files may have one owner.
 */
export function realAccounts(files: Files, nameService?: NameService): Accounts {
  const answers = new Map<string, string>();
  const asked = (database: Database, field: 0 | 2, wanted: string): string => {
    const question = `${database} ${field} ${wanted}`;
    const answer = answers.get(question) ?? nameService?.(database, field, wanted) ?? "";
    answers.set(question, answer);
    return answer;
  };
  const lookUp = (database: Database, field: 0 | 2, wanted: string): readonly string[] | undefined =>
    found(fileText(files, database), field, wanted) ?? found(asked(database, field, wanted), field, wanted);
  return {
    user: (name) => accountOf(lookUp("passwd", 0, name)),
    group: (name) => groupOf(lookUp("group", 0, name)),
    userName: (uid) => lookUp("passwd", 2, String(uid))?.[0] ?? `#${uid}`,
    groupName: (gid) => lookUp("group", 2, String(gid))?.[0] ?? `#${gid}`,
    groupsOf: (user) => [
      ...new Set([
        ...listing(fileText(files, "group"), user),
        ...asked("initgroups", 0, user).split(/\s+/).slice(1).filter(isId).map(Number),
      ]),
    ],
  };
}

/** Numbers of the groups that list the user. */
function listing(groups: string, user: string): readonly number[] {
  return groups
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([, , gid = "", members = ""]) => isId(gid) && members.split(",").includes(user))
    .map(([, , gid]) => Number(gid));
}

function fileText(files: Files, database: Database): string {
  return files.read(path(`/etc/${database}`), sizeLimits.list)?.toString("utf8") ?? "";
}

/**
 * Fields of the first line whose field is the wanted text. Lines for NIS (`+…`) and broken ones are ignored.
 */
function found(text: string, field: 0 | 2, wanted: string): readonly string[] | undefined {
  for (const line of text.split("\n")) {
    const fields = line.split(":");
    if (fields[field] === wanted && fields.length >= 4 && isId(fields[2] ?? "")) return fields;
  }
  return undefined;
}

function isId(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= mostId;
}

/**
 * getent(1), which asks LDAP, SSSD, systemd. It reads digits as an id, so a name consisting of digits is not
 * looked up, and an answer for another name is not accepted.
 */
export function getent(database: Database, field: 0 | 2, wanted: string): string {
  if (wanted === "" || wanted.startsWith("-") || (field === 0 && /^\d+$/.test(wanted))) return "";
  const program = findProgram({ root: "/", owners: trustedOwners([]) }, "getent");
  if (program === undefined) return "";
  const { stdout, status } = askChild(program, [database, wanted], {
    env: { LC_ALL: "C" },
    timeoutMs: getentTimeoutMs,
  });
  if (status === null) throw nameServiceSilent(database, wanted);
  return status === 0 ? stdout : "";
}

/** An account that was not looked for must not count as one that is missing: it would be created. */
function nameServiceSilent(database: Database, wanted: string): Problem {
  return new Problem("host-accounts-unreadable", `cannot find out whether ${database} has ${wanted}`, {
    where: { path: "/etc/nsswitch.conf" },
    detail: "getent was not started, or did not answer in time",
    hint: `try getent ${database} ${wanted}: the name services that the file names must answer`,
  });
}

function accountOf(fields: readonly string[] | undefined): Account | undefined {
  if (fields === undefined) return undefined;
  const [user = "", , uid, gid, , home = ""] = fields;
  return { user, uid: Number(uid), gid: Number(gid), home: homeOf(user, home) };
}

function homeOf(user: string, home: string): AbsolutePath {
  const normal = asAbsolutePath(home.length > 1 ? home.replace(/\/+$/, "") : home);
  if (normal !== undefined) return normal;
  throw new Problem("host-accounts-unreadable", `the home folder of ${user} is not an absolute path`, {
    where: { path: "/etc/passwd" },
    detail: JSON.stringify(home),
    hint: `usermod --home /FOLDER ${user}`,
  });
}

function groupOf(fields: readonly string[] | undefined): Group | undefined {
  return (
    fields && {
      group: fields[0] ?? "",
      gid: Number(fields[2]),
      members: (fields[3] ?? "").split(",").filter((name) => name !== ""),
    }
  );
}
