import { shellWord } from "../../formats/text/shell-word.js";
import { modeText } from "../../formats/text/mode-text.js";
import { Problem } from "../../problem/problem.js";
import type { Entry } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { sticky, writableByOthers, writableByWorld } from "../mode-bits.js";

/** Whose folders and files may be used: root's, and those of the owners named (uids). */
export type Owners = ReadonlySet<number>;

/** An open folder and where it is, links resolved. */
export interface Place {
  readonly entry: Entry;
  readonly path: AbsolutePath;
}

/**
 * `look` is for plans and proofs; `change` is for writes, where a folder that others can write in is a trap;
 * a secret is read to be passed on, so nobody else may choose which file it is.
 */
export type Purpose = "look" | "change" | "secret";

/** The group staff of Debian and Ubuntu: base-passwd gives it this id on every host. */
const staffGid = 50;

export function trustedOwners(uids: readonly number[]): Owners {
  const own = process.geteuid?.() ?? 0;
  // without root there are no privileges to abuse: the user's own files are trusted
  return new Set([0, own, ...uids]);
}

/**
 * A folder on the way belongs to a trusted owner and, for a change, nobody else can write in it. A sticky
 * folder of root's (/tmp, /run/lock) may be walked through: others can add names there, but not rename or
 * remove what root made, and what they add has another owner.
 */
export function requireTrustedFolder(
  folder: Entry,
  path: AbsolutePath,
  owners: Owners,
  purpose: Purpose,
): void {
  if (!owners.has(folder.uid)) throw foreignOwner(folder, path, "the folder belongs to somebody else");
  if (purpose === "look" || !othersCanWrite(folder, path) || isStickyOfRoot(folder)) return;
  throw new Problem(
    "host-untrusted-folder",
    "others can write in this folder, so nothing in it can be changed safely",
    {
      where: { path },
      detail: `mode ${modeText(folder.mode)}: whoever can write in it can replace what root is working on`,
      hint:
        `remove that permission with chmod g-w,o-w ${shellWord(path)}; where ls -ld shows a + after it, ` +
        `the group's bits are those of an access control list: setfacl -b ${shellWord(path)} removes it`,
    },
  );
}

/**
 * A regular file of a trusted owner with one name; more names are fine where only root could have given them.
 */
export function requireTrustedFile(file: Entry, path: AbsolutePath, owners: Owners, folder: Place): void {
  if (file.kind !== "file") throw notAFile(file, path);
  if (!owners.has(file.uid)) throw foreignOwner(file, path, "the file belongs to somebody else");
  // no names: it has been replaced since it was opened, and is still a complete file
  if (file.links > 1 && !isRootsAlone(folder)) throw hardLinked(file, path);
}

/**
 * A link is followed only when it is root's and lies where root alone can make one (/lib → usr/lib, /var/run
 * → /run); any other could lead root to a file somebody else has chosen. Secrets are also read through root's
 * links in a sticky folder of root's, which is what Kubernetes mounts them in.
 */
export function requireTrustedLink(link: Entry, path: AbsolutePath, folder: Place, purpose: Purpose): void {
  if (link.uid === 0 && (isRootsAlone(folder) || (purpose === "secret" && isStickyOfRoot(folder.entry))))
    return;
  throw new Problem("host-untrusted-link", "a symbolic link on the way is not controlled by root alone", {
    where: { path },
    detail:
      link.uid === 0 ? "others can write in the folder that holds it" : `the link belongs to uid ${link.uid}`,
    hint: "replace the link with the folder or file it stands for",
  });
}

/** True if only root can add, rename or remove anything in the folder. */
export function isRootsAlone({ entry, path }: Place): boolean {
  return entry.uid === 0 && !othersCanWrite(entry, path);
}

/**
 * Below /usr/local the group staff is not "others": hosts set up with an older Debian have those folders as
 * root:staff 2775 (Debian policy 9.1.2), and what staff puts there runs as root, /usr/local/sbin being the
 * first of root's PATH. Members of staff can become root anyway; refusing would only prevent an installation
 * there from being undone.
 */
function othersCanWrite(folder: Entry, path: AbsolutePath): boolean {
  return (folder.mode & (isStaffs({ ...folder, path }) ? writableByWorld : writableByOthers)) !== 0;
}

/** Whether the group that can write there is staff, in a place where that is as good as root. */
export function isStaffs({
  path,
  uid,
  gid,
}: {
  readonly path: string;
  readonly uid: number;
  readonly gid: number;
}): boolean {
  return uid === 0 && gid === staffGid && `${path}/`.startsWith("/usr/local/");
}

export function notAFile(entry: Entry, path: AbsolutePath): Problem {
  return new Problem("host-not-a-file", `${article[entry.kind]} is where a regular file should be`, {
    where: { path },
    hint: "find out who put it there, and remove it",
  });
}

export function hardLinked(file: Entry, path: AbsolutePath): Problem {
  return new Problem("host-hard-link", "the file has more than one name (hard links)", {
    where: { path },
    detail: `${file.links} names: a change here would change the file elsewhere too`,
    hint: `find -xdev -inum ${file.inode} lists the other names on its file system`,
  });
}

export function foreignOwner(entry: Entry, path: AbsolutePath, title: string): Problem {
  return new Problem("host-untrusted-owner", title, {
    where: { path },
    detail:
      `owner is uid ${entry.uid}, mode ${modeText(entry.mode)}; only root and the service user are ` +
      "trusted here",
    hint: "find out who put it there; if it should be root's, give it to root with chown",
  });
}

/** What an entry is, in two words: a single one could be a name, and stays English in other languages. */
export const article: Readonly<Record<Entry["kind"], string>> = {
  file: "a file",
  folder: "a folder",
  link: "a symbolic link",
  device: "a device",
  fifo: "a named pipe",
  socket: "a socket",
};

function isStickyOfRoot(folder: Entry): boolean {
  return folder.uid === 0 && (folder.mode & sticky) !== 0;
}
