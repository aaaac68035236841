import { fstatSync, readlinkSync, statSync } from "node:fs";
import { posix } from "node:path";
import { modeText } from "../formats/text/mode-text.js";
import { shellWord } from "../formats/text/shell-word.js";
import { requireProc } from "./files/descriptor.js";
import { isStaffs, type Owners } from "./files/trust.js";
import { sudoer } from "./who.js";
import type { Accounts, Group } from "./host.js";
import { sticky, writableByGroup, writableByWorld } from "./mode-bits.js";

/** Why a file that root will act on may not be what the caller wrote or looked at, and how to fix that. */
export interface Doubt {
  /** Begins with the path of the file or folder, links resolved. */
  readonly detail: string;
  /** For people: what to do, commands first. */
  readonly remedy: string;
}

/**
 * The users whose files root acts on when asked to: root, this process's user, and the person who called
 * sudo.
 */
export function callers(environment: Readonly<Record<string, string | undefined>>): Owners {
  const own = process.geteuid?.() ?? 0;
  const person = own === 0 ? sudoer(environment) : undefined;
  return new Set([0, own, ...(person === undefined ? [] : [person])]);
}

/**
 * Whether anyone but these users can change the opened file, or replace it; undefined if nobody can. What
 * counts is the open file and the folders that contain it: what is read through the descriptor is what was
 * judged. A group that may write also counts as others, unless it is root's, or belongs to one of these users
 * and has no other member. Access control lists are not considered. Throws `host-no-proc` if the file's path
 * cannot be determined.
 */
export async function doubtAbout(
  descriptor: number,
  trusted: Owners,
  accounts: AskAccounts = machineAccounts,
): Promise<Doubt | undefined> {
  requireProc();
  const { uid, gid, mode, nlink } = fstatSync(descriptor);
  const file = pathOf(descriptor, nlink);
  const strangers = await strangersTo({ path: file, uid, gid, mode }, trusted, accounts);
  if (strangers?.how === "owner")
    return {
      detail: `${file} belongs to ${strangers.who}`,
      remedy: `chown root:root ${shellWord(file)} && chmod go-w ${shellWord(file)}`,
    };
  if (strangers !== undefined)
    return {
      detail: `${file} has mode ${modeText(mode)}: ${strangers.who} can write it`,
      remedy: `chmod go-w ${shellWord(file)}`,
    };
  return doubtAboutFolders(posix.dirname(file), trusted, accounts);
}

/** What the descriptor has open, wherever it was moved; a file without names has the last one that it had. */
function pathOf(descriptor: number, names: number): string {
  const path = readlinkSync(`/proc/self/fd/${descriptor}`);
  return names === 0 ? path.replace(/ \(deleted\)$/, "") : path;
}

async function doubtAboutFolders(
  innermost: string,
  trusted: Owners,
  accounts: AskAccounts,
): Promise<Doubt | undefined> {
  const elsewhere = "move the file to a folder that only root can write in, such as /etc/knetctl";
  for (const path of foldersTo(innermost)) {
    const stats = folderStats(path);
    if (stats === undefined)
      return {
        detail: `${path}, a folder above it, cannot be looked at, or has been moved`,
        remedy: "run again",
      };
    const strangers = await strangersTo({ path, ...stats }, trusted, accounts);
    if (strangers?.how === "owner")
      return { detail: `${path}, a folder above it, belongs to ${strangers.who}`, remedy: elsewhere };
    if (strangers === undefined || (stats.mode & sticky) !== 0) continue;
    return {
      detail:
        `${path}, a folder above it, has mode ${modeText(stats.mode)}: ${strangers.who} can put another ` +
        "file there",
      remedy: `chmod go-w ${shellWord(path)}; or ${elsewhere}`,
    };
  }
  return undefined;
}

function foldersTo(path: string): readonly string[] {
  return path === "/" || path === "." ? ["/"] : [...foldersTo(posix.dirname(path)), path];
}

function folderStats(path: string): Pick<Rights, "uid" | "gid" | "mode"> | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

interface Rights {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

interface Strangers {
  readonly how: "owner" | "mode";
  /** For people. */
  readonly who: string;
}

async function strangersTo(
  entry: Rights,
  trusted: Owners,
  askAccounts: AskAccounts,
): Promise<Strangers | undefined> {
  const { uid, gid, mode } = entry;
  if (!trusted.has(uid)) return { how: "owner", who: named((await askAccounts()).userName(uid), uid) };
  if ((mode & writableByWorld) !== 0) return { how: "mode", who: "every user" };
  if ((mode & writableByGroup) === 0 || isStaffs(entry)) return undefined;
  const accounts = await askAccounts();
  return isTheirs(gid, trusted, accounts)
    ? undefined
    : { how: "mode", who: `group ${named(accounts.groupName(gid), gid)}` };
}

/**
 * Root's group; or the one that many systems give each account, of its name, which lets people work with a
 * umask of 002.
 */
function isTheirs(gid: number, trusted: Owners, accounts: Accounts): boolean {
  const group = accounts.group(accounts.groupName(gid)) ?? { group: "", gid };
  if (group.members?.every((member) => trusted.has(accounts.user(member)?.uid ?? -1)) === false) return false;
  return gid === 0 || [...trusted].some((uid) => isPrivate(group, uid, accounts));
}

function isPrivate({ group, gid }: Group, uid: number, accounts: Accounts): boolean {
  const account = accounts.user(accounts.userName(uid));
  return account?.user === group && account.gid === gid;
}

/** Loads the accounts that names are looked up in. */
export type AskAccounts = () => Promise<Accounts>;

/** Of this machine, where the file is, whatever `--root` is. Few files need it. */
async function machineAccounts(): Promise<Accounts> {
  const [{ getent, realAccounts }, { realFiles }] = await Promise.all([
    import("./accounts/accounts.js"),
    import("./files/real-files.js"),
  ]);
  return realAccounts(realFiles("/", []), getent);
}

function named(name: string, id: number): string {
  return name === `#${id}` ? name : `${name} (#${id})`;
}
