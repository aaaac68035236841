import type { Accounts, Entry, Files } from "../../host/host.js";
import { type AbsolutePath, joined } from "../../host/path.js";
import { writableByOthers } from "../../host/mode-bits.js";
import { Problem } from "../../problem/problem.js";
import { clientConfigFolders, clientConfigName } from "../../vendor/client.js";

export interface OwnedEntry {
  readonly path: AbsolutePath;
  readonly entry: Entry;
  /** config.json or a folder that contains it: knetctl creates these if they are missing. */
  readonly onTheWay: boolean;
  /** Only root can have given it its name. */
  readonly placedByRoot: boolean;
}

/** HOME/.config, and what is below it and belongs to the client. */
export interface Observed {
  readonly top: OwnedEntry;
  /** Other programs keep files in it too. */
  readonly isShared: boolean;
  /** Parents before children. */
  readonly entries: readonly OwnedEntry[];
}

/** The deepest nesting of folders: far more than settings need, far less than would exhaust the program. */
const deepest = 64;
const [, ...wayNames] = [...clientConfigFolders, clientConfigName];
const clientFolder = clientConfigFolders[1];

/**
 * `.config` and everything below the client's folder in it; undefined if it is missing. Folders off the path
 * to config.json are entered if `isOurs` says so. Throws a Problem (`ownership-too-deep`) for a tree that the
 * service user can only have made to keep root busy.
 */
export function observeTree(
  files: Files,
  top: AbsolutePath,
  isOurs: (one: OwnedEntry) => boolean,
): Observed | undefined {
  return observe(files, top, (client) => {
    const found: OwnedEntry[] = [];
    collect({ files, way: wayBelow(top), isOurs, found }, client, 0);
    return found;
  });
}

/** The same, but only for what is on the path to config.json. */
export function observeWay(files: Files, top: AbsolutePath): Observed | undefined {
  return observe(files, top, (client) => {
    const found = [client];
    for (const path of wayBelow(top).slice(1)) {
      const parent = found[found.length - 1];
      const entry = parent?.entry.kind === "folder" ? files.entry(path) : undefined;
      if (parent === undefined || entry === undefined) break;
      found.push({ path, entry, onTheWay: true, placedByRoot: isRootsAlone(parent.entry) });
    }
    return found;
  });
}

function observe(
  files: Files,
  path: AbsolutePath,
  below: (client: OwnedEntry) => readonly OwnedEntry[],
): Observed | undefined {
  const entry = files.entry(path);
  if (entry === undefined) return undefined;
  // the home belongs to the service user, who can name anything in it
  const top = { path, entry, onTheWay: true, placedByRoot: false };
  if (entry.kind !== "folder") return { top, isShared: false, entries: [] };
  const isShared = (files.list(path) ?? []).some(
    ({ name }) => name !== clientFolder && !files.isTemporary(name),
  );
  const at = joined(path, clientFolder);
  const client = files.entry(at);
  return {
    top,
    isShared,
    entries:
      client === undefined
        ? []
        : below({ path: at, entry: client, onTheWay: true, placedByRoot: isRootsAlone(entry) }),
  };
}

interface Search {
  readonly files: Files;
  readonly way: readonly AbsolutePath[];
  readonly isOurs: (one: OwnedEntry) => boolean;
  readonly found: OwnedEntry[];
}

function collect(search: Search, one: OwnedEntry, depth: number): void {
  const { path, entry } = one;
  search.found.push(one);
  if (entry.kind !== "folder" || !(one.onTheWay || search.isOurs(one))) return;
  if (depth > deepest) throw tooDeep(path);
  const placedByRoot = isRootsAlone(entry);
  for (const { name, ...child } of search.files.list(path) ?? []) {
    const at = joined(path, name);
    collect(search, { path: at, entry: child, onTheWay: search.way.includes(at), placedByRoot }, depth + 1);
  }
}

/** Paths from the client's folder to config.json. */
function wayBelow(top: AbsolutePath): readonly AbsolutePath[] {
  return wayNames.map((_, index) => joined(top, ...wayNames.slice(0, index + 1)));
}

function isRootsAlone({ uid, mode }: Entry): boolean {
  return uid === 0 && (mode & writableByOthers) === 0;
}

function tooDeep(path: AbsolutePath): Problem {
  return new Problem("ownership-too-deep", `folders there are nested more than ${deepest} deep`, {
    where: { path },
    hint: "no settings need so many: find out who made these folders, and remove them",
  });
}

/**
 * The same accounts, but each id's name is looked up only once: a directory service answers slowly, and
 * thousands of files may have one owner.
 */
export function rememberedNames(accounts: Accounts): Accounts {
  return {
    user: (name) => accounts.user(name),
    group: (name) => accounts.group(name),
    groupsOf: (user) => accounts.groupsOf(user),
    userName: remembered((uid) => accounts.userName(uid)),
    groupName: remembered((gid) => accounts.groupName(gid)),
  };
}

function remembered(ask: (id: number) => string): (id: number) => string {
  const names = new Map<number, string>();
  return (id) => {
    const name = names.get(id) ?? ask(id);
    names.set(id, name);
    return name;
  };
}
