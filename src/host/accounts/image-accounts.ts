import { Problem } from "../../problem/problem.js";
import { sizeLimits } from "../size-limits.js";
import { idsIn, lineOf, withLine, withMember, withoutMember, withoutName } from "./account-lines.js";
import type { Host } from "../host.js";
import { path, type AbsolutePath } from "../path.js";

/** One change to the system's accounts. */
export type AccountTask =
  | { readonly task: "add-group" | "remove-group"; readonly group: string }
  /** A user of this group without password, login shell and created home. */
  | { readonly task: "add-user"; readonly user: string; readonly group: string; readonly home: AbsolutePath }
  | { readonly task: "add-member"; readonly group: string; readonly user: string }
  | { readonly task: "remove-user"; readonly user: string };

const databases = ["passwd", "group", "shadow", "gshadow"] as const;
type Database = (typeof databases)[number];

/**
 * As useradd(8) and groupadd(8) assign them to system accounts by default (login.defs(5)): the highest that
 * is free.
 */
const systemIds = { most: 999, least: 100 } as const;

/**
 * Edits the accounts of an image in its own files, reached by the walk, so that only the image can be
 * changed, whatever links are in it. The account tools are not usable: with a prefix they follow the image's
 * links on this machine, and inside the image they load its libraries, as root. The entry that makes an
 * account exist is written first when one is added and removed last, so that an edit that was cut off is
 * noticed. Throws `account-change-failed`.
 */
export function editImageAccounts(host: Pick<Host, "root" | "files">, asked: AccountTask): void {
  new ImageAccounts(host).edit(asked);
}

class ImageAccounts {
  readonly #files;
  readonly #root;

  constructor({ root, files }: Pick<Host, "root" | "files">) {
    this.#files = files();
    this.#root = root;
  }

  edit(asked: AccountTask): void {
    for (const text of Object.values(asked))
      if (/[:,\n\0]/.test(text))
        throw failed(
          "passwd",
          `${JSON.stringify(text)} cannot be written in that file`,
          "choose one without colons, commas and line breaks",
        );
    this.#refuseOthersAtWork();
    switch (asked.task) {
      case "add-group":
        this.#addGroup(asked.group);
        break;
      case "add-user":
        this.#addUser(asked.user, asked.group, asked.home);
        break;
      case "add-member":
        this.#change(["group", "gshadow"], (text) => withMember(text, asked.group, asked.user));
        break;
      case "remove-user":
        this.#change(["shadow"], (text) => withoutName(text, asked.user));
        this.#change(["gshadow", "group"], (text) => withoutMember(text, asked.user));
        this.#change(["passwd"], (text) => withoutName(text, asked.user));
        break;
      case "remove-group":
        this.#refuseUsed(asked.group);
        this.#change(["gshadow", "group"], (text) => withoutName(text, asked.group));
    }
  }

  #addGroup(group: string): void {
    this.#requireNew(["group", "gshadow"], group);
    const gid = freeId(this.#read("group"), this.#read("passwd"));
    this.#change(["group"], (text) => withLine(text, [group, "x", gid, ""]));
    this.#change(["gshadow"], (text) => withLine(text, [group, "!", "", ""]));
  }

  /**
   * Without the day of the last change of its password, which it does not have: the day would only make the
   * image another each day, and an empty field means that no password ages (shadow(5)).
   */
  #addUser(user: string, group: string, home: AbsolutePath): void {
    this.#requireNew(["passwd", "shadow"], user);
    const passwd = this.#read("passwd");
    const gid = Number(lineOf(this.#read("group"), group)?.[2]);
    const isFree = gid >= systemIds.least && gid <= systemIds.most && !idsIn(passwd).includes(gid);
    const uid = isFree ? gid : freeId(passwd, this.#read("group"));
    this.#change(["passwd"], (text) =>
      withLine(text, [user, "x", uid, gid, "", Buffer.from(home).toString("latin1"), "/usr/sbin/nologin"]),
    );
    this.#change(["shadow"], (text) => withLine(text, [user, "!", "", "", "", "", "", "", ""]));
  }

  #read(database: Database): string {
    return this.#files.read(fileOf(database), sizeLimits.list)?.toString("latin1") ?? "";
  }

  /** Files that the image lacks are not created, as with the account tools. */
  #change(order: readonly Database[], change: (text: string) => string): void {
    for (const database of order) {
      const entry = this.#files.entry(fileOf(database));
      if (entry === undefined) continue;
      const before = this.#read(database);
      const after = change(before);
      if (after !== before) this.#files.write(fileOf(database), Buffer.from(after, "latin1"), entry);
    }
  }

  /** The account tools' own locks. */
  #refuseOthersAtWork(): void {
    const lock = databases
      .map((database) => path(`/etc/${database}.lock`))
      .find((file) => this.#files.entry(file) !== undefined);
    if (lock === undefined) return;
    throw failed(
      "passwd",
      `${lock} exists: somebody is changing the image's accounts, or was killed while doing so`,
      `wait, or if nobody is working in the image: rm ${this.#root}${lock}`,
    );
  }

  #requireNew(order: readonly Database[], name: string): void {
    const database = order.find((one) => lineOf(this.#read(one), name) !== undefined);
    if (database !== undefined)
      throw failed(
        database,
        `the file already has a line for ${name}`,
        "find out where it comes from, then remove it",
      );
  }

  #refuseUsed(group: string): void {
    const gid = lineOf(this.#read("group"), group)?.[2];
    const user =
      gid === undefined
        ? undefined
        : this.#read("passwd")
            .split("\n")
            .map((line) => line.split(":"))
            .find((fields) => fields[3] === gid)?.[0];
    if (user !== undefined)
      throw failed(
        "group",
        `${group} is the primary group of user ${user}`,
        "give the user another group first",
      );
  }
}

function freeId(...texts: readonly string[]): number {
  const taken = new Set(texts.flatMap(idsIn));
  for (let id: number = systemIds.most; id >= systemIds.least; id--) if (!taken.has(id)) return id;
  throw failed(
    "passwd",
    `no number from ${systemIds.least} to ${systemIds.most} is free`,
    "remove accounts that are not needed any more",
  );
}

function fileOf(database: Database): AbsolutePath {
  return path(`/etc/${database}`);
}

function failed(database: Database, detail: string, hint: string): Problem {
  return new Problem("account-change-failed", "the image's accounts were not changed", {
    where: { path: fileOf(database) },
    detail,
    hint,
  });
}
