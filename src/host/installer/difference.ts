import type { Backups } from "./backup.js";
import type { PackedSnapshot, SeenEntry } from "./snapshot.js";

/** One state of an entry, as far as it can be put back or compared later. */
export interface EntryState {
  readonly kind: SeenEntry["kind"];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly target?: string;
  /** Of a file's content; absent where it was not read. */
  readonly sha256?: string;
}

/**
 * What an installer did to one path. `rewritten`: it wrote a file again with the same content and rights.
 * `backup` names the saved content of the state before.
 */
export interface RecordedChange {
  readonly path: string;
  readonly change: "created" | "replaced" | "removed" | "rights" | "rewritten";
  readonly before?: EntryState;
  readonly after?: EntryState;
  readonly backup?: string;
}

/**
 * How contents are read while comparing: the SHA-256 of a path of the host, and of a backup; undefined when
 * gone.
 */
export interface Contents {
  hash(path: string): string | undefined;
  backupHash(name: string): string | undefined;
}

/**
 * Rebuilt from what is registered, by the distribution's own tool, all the time: never put back, never drift.
 */
const derived = /^\/etc\/ld\.so\.cache/;

/**
 * Compares two snapshots. Files whose metadata are the same are taken as unchanged; the others are compared
 * by content where a backup exists. What other programs did meanwhile cannot be distinguished from what the
 * installer did.
 */
export function difference(
  before: PackedSnapshot,
  after: PackedSnapshot,
  backups: Backups,
  contents: Contents,
): readonly RecordedChange[] {
  const changes: RecordedChange[] = [];
  for (const path of after.differingFrom(before)) {
    const now = after.get(path);
    if (now === undefined || derived.test(path)) continue;
    const change = compare(path, before.get(path), now, backups.get(path), contents);
    if (change !== undefined) changes.push(change);
  }
  for (const path of before.missingFrom(after)) {
    const then = before.get(path);
    if (then !== undefined && !derived.test(path))
      changes.push({ path, change: "removed", before: state(then), ...named(backups.get(path)) });
  }
  return changes.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function compare(
  path: string,
  then: SeenEntry | undefined,
  now: SeenEntry,
  backup: string | undefined,
  contents: Contents,
): RecordedChange | undefined {
  if (then === undefined) return { path, change: "created", after: withHash(path, now, contents) };
  const sameRights = then.mode === now.mode && then.uid === now.uid && then.gid === now.gid;
  const common = { path, before: state(then), ...named(backup) };
  if (then.kind !== now.kind) return { ...common, change: "replaced", after: withHash(path, now, contents) };
  if (now.kind === "link")
    return sameRights && then.target === now.target
      ? undefined
      : { ...common, change: "replaced", after: state(now) };
  if (now.kind !== "file") return sameRights ? undefined : { ...common, change: "rights", after: state(now) };

  const touched = then.inode !== now.inode || then.size !== now.size || then.modified !== now.modified;
  if (sameRights && !touched && then.changed === now.changed) return undefined;
  const after = withHash(path, now, contents);
  const saved = backup === undefined ? undefined : contents.backupHash(backup);
  // without a backup the times must do; a change time alone says nothing about the content
  const sameContent = saved === undefined ? !touched : saved === after.sha256;
  if (!sameContent) return { ...common, change: "replaced", after };
  if (!sameRights) return { ...common, change: "rights", after };
  return touched ? { ...common, change: "rewritten", after } : undefined;
}

function state({ kind, mode, uid, gid, target }: SeenEntry): EntryState {
  return { kind, mode, uid, gid, ...(target !== undefined && { target }) };
}

function withHash(path: string, entry: SeenEntry, contents: Contents): EntryState {
  const sha256 = entry.kind === "file" ? contents.hash(path) : undefined;
  return { ...state(entry), ...(sha256 !== undefined && { sha256 }) };
}

function named(backup: string | undefined): { backup?: string } {
  return backup === undefined ? {} : { backup };
}
