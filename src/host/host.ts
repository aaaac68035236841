import type { Commands } from "./commands/command.js";
import type { AbsolutePath } from "./path.js";

/** Permission bits, 0 to 0o7777. */
export type Mode = number;

export interface Rights {
  readonly mode: Mode;
  readonly uid: number;
  readonly gid: number;
}

export interface Entry extends Rights {
  readonly kind: "file" | "folder" | "link" | "device" | "fifo" | "socket";
  /** Bytes. */
  readonly size: number;
  /** Number of hard links. */
  readonly links: number;
  readonly device: bigint;
  readonly inode: bigint;
}

export interface NamedEntry extends Entry {
  readonly name: string;
}

/** A regular file by its content's hash. */
export interface FileState extends Entry {
  /** Of the content, lower-case hexadecimal. */
  readonly sha256: string;
}

/** Extended attributes, the access control list among them: each name with its bytes in base64. */
export type Attributes = Readonly<Record<string, string>>;

/** How `install` puts a file in place. */
export interface Installing {
  /**
   * The file whose access control list and extended attributes it gets: of this host, or by any path of this
   * machine that opens it. Without: it has none.
   */
  readonly attributesOf?: { readonly path: AbsolutePath } | { readonly opener: string };
  /** What it must have got of these in the end, else it is not put in place (`host-attributes-not-kept`). */
  readonly attributes?: Attributes;
  /**
   * Is told what stands there (undefined: nothing), as late as can be, and throws where that is not what is
   * to be replaced: then nothing is written.
   */
  readonly check: (now: FileState | undefined) => void;
}

/**
 * Is told what stands where an edited file is to be put (undefined: nothing), as late as can be, and throws
 * where that is not what the new content was made from: then nothing is written.
 */
export type Edit = (now: Buffer | undefined) => void;

/** What lies on the way to a path. */
export interface Way<E = Entry> {
  /** Of the path's first component, its first two, and so on: fewer than it has where one is missing. */
  readonly entries: readonly E[];
  /** Target text of the last of these, if it is a symbolic link. */
  readonly link?: string;
}

/** Gets a file's size, and what reads `count` bytes at an offset to the same place of a buffer. */
export type UseParts<T> = (size: number, fill: (buffer: Buffer, at: number, count: number) => void) => T;

/**
 * Files below the host's root, reached by a walk of file descriptors from the root: every folder on the way
 * belongs to root or a trusted owner and is not writable by group or others; links are followed only where
 * root alone could have made them. Anything else is a Problem (`host-…`) naming the path. Synchronous: no
 * other code of this process runs in between.
 */
export interface Files {
  /**
   * The entry itself (links are not followed at the end); undefined when it, or a folder on the way, is
   * missing.
   */
  entry(path: AbsolutePath): Entry | undefined;
  /**
   * Content of a regular file with one link; undefined when missing. Over `maxBytes` (or else
   * `sizeLimits.text`) is a Problem.
   */
  read(path: AbsolutePath, maxBytes?: number): Buffer | undefined;
  /** The first `bytes` of such a file, or all of it if it is shorter. */
  beginning(path: AbsolutePath, bytes: number): Buffer | undefined;
  /** What `use` makes of parts of such a file, which it fills into a buffer of the file's size. */
  parts<T extends object>(path: AbsolutePath, maxBytes: number, use: UseParts<T>): T | undefined;
  /** Entries of a folder, sorted by name; undefined when missing. */
  list(path: AbsolutePath): readonly NamedEntry[] | undefined;
  /**
   * A regular file with its hash, whatever its size up to `sizeLimits.installed`; undefined when missing. A
   * link is not followed at the end: anything but a file there is a Problem.
   */
  state(path: AbsolutePath): FileState | undefined;
  /**
   * Extended attributes of a regular file or folder, without those that the system gives by a policy of its
   * own (SELinux); undefined when missing. Asks tar(1), since Node has no call for it.
   */
  attributes(path: AbsolutePath): Attributes | undefined;
  /**
   * What `entry` tells of each folder on the way and of the path itself, in one walk, up to the first
   * symbolic link, which is not followed.
   */
  way(path: AbsolutePath): Way;
  /** Target text of a symbolic link. */
  readLink(path: AbsolutePath): string | undefined;

  /**
   * Atomic: readers see the old or the new content, complete, and never wider rights than `rights`. Durable
   * on return. An edit keeps the access control list, the extended attributes and the SELinux context of the
   * file that is there; else these are gone with it.
   */
  write(path: AbsolutePath, content: Uint8Array, rights: Rights, edit?: Edit): void;
  /**
   * Puts a file in place as `write` does, of any size, with the attributes that are asked for and no others,
   * and only where what stands there is what the caller requires.
   */
  install(path: AbsolutePath, content: Uint8Array, rights: Rights, how: Installing): void;
  /**
   * Appends the bytes to a file that `write` made and that is still the one observed, with that size; returns
   * its new state. Durable on return, and not atomic: a power cut can leave a part of the bytes, with zeros
   * for the rest.
   */
  extend(path: AbsolutePath, observed: Entry, content: Uint8Array): Entry;
  /** Creates one folder, whose parent exists. Refused if anything with that name exists. */
  createFolder(path: AbsolutePath, rights: Rights): void;
  /**
   * Creates a symbolic link. Replaces only a link with that name; with `observed`, only exactly that one, or
   * with null nothing at all.
   */
  createLink(
    path: AbsolutePath,
    target: string,
    owner: Pick<Rights, "uid" | "gid">,
    observed?: Entry | null,
  ): void;
  /**
   * Refused unless the entry is still the one observed (device, inode, owner and mode), a folder, or a
   * regular file with one link.
   */
  setOwner(path: AbsolutePath, observed: Entry, owner: Pick<Rights, "uid" | "gid">): void;
  setMode(path: AbsolutePath, observed: Entry, mode: Mode): void;
  /**
   * Gives a folder exactly these extended attributes, access control lists among them, and its mode. Refused
   * unless it is still the one observed and has the attributes `from`.
   */
  setAttributes(
    path: AbsolutePath,
    observed: Entry,
    from: Attributes,
    to: { readonly mode: Mode; readonly attributes: Attributes },
  ): void;
  /**
   * Removes a file or link; no error when missing. Never a folder. With `observed`, refused unless it still
   * is that entry, of the same owner, mode and size.
   */
  remove(path: AbsolutePath, observed?: Entry): void;
  /** Removes an empty folder; no error when missing. */
  removeFolder(path: AbsolutePath): void;
  /**
   * Removes the temporaries of knetctl's own that a killed run left in a folder; no error when it is missing.
   */
  removeTemporaries(folder: AbsolutePath): void;
  /** Whether a name is one that `write` and `createLink` give their temporaries. */
  isTemporary(name: string): boolean;
}

export interface Account {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: AbsolutePath;
}

export interface Group {
  readonly group: string;
  readonly gid: number;
  /** Users that the group lists; those whose own group it is need not be among them. */
  readonly members?: readonly string[];
}

/** Accounts of the host; for `--root`, only those in its `etc/passwd` and `etc/group`. */
export interface Accounts {
  user(name: string): Account | undefined;
  group(name: string): Group | undefined;
  /** Name of an id, or `#ID` when it has none. */
  userName(uid: number): string;
  groupName(gid: number): string;
  /** Supplementary groups of a user, those that initgroups(3) would give it besides its own. */
  groupsOf(user: string): readonly number[];
}

/** How a process that is started without `commands` gets to the host. */
export interface Entrance {
  /** Words before a command line of this machine's programs; none: these are the host's own. */
  readonly words: readonly string[];
  /**
   * In a stage of `/`: the folder that those programs are to make the process's root in the end (chroot(8)).
   * Programs below it may be an installer's: none of them is to be run by root.
   */
  readonly root?: string;
  /** `Accounts.groupsOf` of the host; no program that runs outside of `root` can look them up. */
  readonly groupsOf: Accounts["groupsOf"];
}

/**
 * The system that is provisioned. All that the steps and the changes do to its files and accounts, and all
 * commands that they run, go through a host: the real one, or the read-only one, whose every write throws.
 * Only `main` builds one. What goes past it is in few places: host/ itself works on whole trees around an
 * installer, ends processes that a run left, and holds the lock; and files that are not of that system's
 * state (those that the user names, the program's own, private folders of this process, the simulator's, the
 * worker's) are opened where they are used, by files that test/architecture.test.ts lists.
 */
export interface Host {
  /** `/`, or the folder of `--root`. Paths given to the host are as seen from inside it. */
  readonly root: AbsolutePath;
  readonly readOnly: boolean;
  readonly accounts: Accounts;
  readonly commands: Commands;
  readonly enter: Entrance;
  /** Files, trusting root and these owners (uids) of folders on the way. */
  files(...trustedOwners: readonly number[]): Files;
}
