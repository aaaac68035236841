import { createHash } from "node:crypto";
import { Problem } from "../../problem/problem.js";
import { errorMessage } from "../../problem/thrown.js";
import type { Entry, Files } from "../host.js";
import { asAbsolutePath } from "../path.js";
import type { AbsolutePath } from "../path.js";
import type { EntryState, RecordedChange } from "./difference.js";
import { placeAbove } from "./mounts.js";

export interface Restoration {
  readonly files: Files;
  /** What a backup holds; undefined when it is gone. */
  readonly backup: (name: string) => Buffer | undefined;
  /** Files over this are compared by metadata only. */
  readonly maxBytes: number;
  /**
   * Places at which something else is mounted now than before the installer ran: what lies there is not what
   * it made.
   */
  readonly mounts?: ReadonlySet<string>;
}

/** A path that could not be put back, and why. */
export interface NotRestored {
  readonly path: string;
  readonly reason: string;
}

/**
 * Puts back everything the changes tell of: removes what was created, deepest first, then restores what was
 * there, top first. What is already as it was is left alone, so this can be repeated. What somebody changed
 * after the installer is left alone too and returned, as is everything else that cannot be put back. Never
 * throws for a single path.
 */
export function restore(changes: readonly RecordedChange[], how: Restoration): readonly NotRestored[] {
  const failures: NotRestored[] = [];
  const attempt = (change: RecordedChange, step: (path: AbsolutePath) => void): void => {
    try {
      const path = asAbsolutePath(change.path);
      if (path === undefined) throw new Error("the name cannot be used");
      const mount = placeAbove(path, how.mounts ?? new Set());
      if (mount !== undefined) throw new Error(`a file system was mounted or unmounted at ${mount} since`);
      step(path);
    } catch (error) {
      failures.push({ path: change.path, reason: errorMessage(error) });
    }
  };
  for (const change of [...changes].reverse())
    if (change.before?.kind !== change.after?.kind)
      attempt(change, (path) => {
        removeAfter(path, change, how);
      });
  for (const change of changes)
    if (change.before !== undefined && change.change !== "rewritten")
      attempt(change, (path) => {
        putBack(path, change, how);
      });
  return failures;
}

/**
 * Whether a path is as it was before, as the installer left it, or as somebody has made it since. Only looks.
 */
export function standingOf(change: RecordedChange, how: Restoration): "before" | "after" | "other" {
  const path = asAbsolutePath(change.path);
  if (path === undefined) return "other";
  const { before, after } = change;
  const now = entryOrNone(path, how.files);
  if (now === undefined) {
    if (before === undefined) return "before";
    // an undoing that was cut off may have removed what stood in the way of the former kind
    return after?.kind === before.kind ? "other" : "after";
  }
  const holdsBefore = before !== undefined && hasContentBefore(path, now, change, how);
  if (holdsBefore && sameRights(now, before)) return "before";
  // made anew by an undoing that was cut off before it gave it its rights
  if (holdsBefore && after === undefined) return "after";
  return after !== undefined && isStill(path, now, after, how) ? "after" : "other";
}

/**
 * Removes what the installer put at the path, unless it is gone, already as before, or no longer what it put
 * there.
 */
function removeAfter(path: AbsolutePath, { before, after }: RecordedChange, how: Restoration): void {
  const now = entryOrNone(path, how.files);
  if (now === undefined || after === undefined || (before !== undefined && kindOf(now) === before.kind))
    return;
  if (!isStill(path, now, after, how)) throw new Error("it was changed after the installer ran");
  if (now.kind === "folder") how.files.removeFolder(path);
  else how.files.remove(path);
}

/**
 * Nothing lies below what is not a folder: the file that the installer's folder took the place of may be back
 * already.
 */
function entryOrNone(path: AbsolutePath, files: Files): Entry | undefined {
  try {
    return files.entry(path);
  } catch (error) {
    if (error instanceof Problem && error.code === "host-not-a-folder") return undefined;
    throw error;
  }
}

function putBack(path: AbsolutePath, change: RecordedChange, how: Restoration): void {
  const { before, after } = change;
  if (before === undefined) return;
  const now = how.files.entry(path);
  const holdsBefore = now !== undefined && hasContentBefore(path, now, change, how);
  if (now !== undefined && holdsBefore && sameRights(now, before)) return;
  if (now !== undefined && !holdsBefore && (after === undefined || !isStill(path, now, after, how)))
    throw new Error("it was changed after the installer ran");
  if (before.kind === "link") how.files.createLink(path, before.target ?? "", before);
  else if (now !== undefined && holdsBefore) setRights(path, now, before, how.files);
  else if (before.kind === "folder") how.files.createFolder(path, before);
  else if (before.kind === "file") how.files.write(path, savedContent(change, how), before);
  else throw new Error("it was a device, FIFO or socket");
}

/** Whether kind, target and content are as before; rights may differ. */
function hasContentBefore(
  path: AbsolutePath,
  now: Entry,
  { before, change, backup }: RecordedChange,
  how: Restoration,
): boolean {
  if (before === undefined || kindOf(now) !== before.kind) return false;
  if (before.kind === "link") return how.files.readLink(path) === before.target;
  if (before.kind !== "file" || change === "rights") return true;
  const content = backup === undefined ? undefined : how.backup(backup);
  return content !== undefined && hashOf(path, how) === sha256(content);
}

function savedContent({ backup }: RecordedChange, how: Restoration): Buffer {
  const content = backup === undefined ? undefined : how.backup(backup);
  if (content === undefined) throw new Error("there is no copy of what it held");
  return content;
}

function setRights(path: AbsolutePath, now: Entry, wanted: EntryState, files: Files): void {
  files.setOwner(path, now, wanted);
  // chown(2) may have cleared setuid, so the mode comes last, on the entry as it is now
  files.setMode(path, files.entry(path) ?? now, wanted.mode);
}

function sameRights(now: Entry, state: EntryState): boolean {
  return (now.kind === "link" || now.mode === state.mode) && now.uid === state.uid && now.gid === state.gid;
}

/** Whether the entry is what the state tells: kind, target, content. Rights may differ. */
function isStill(path: AbsolutePath, now: Entry, state: EntryState, how: Restoration): boolean {
  if (kindOf(now) !== state.kind) return false;
  if (state.kind === "link") return how.files.readLink(path) === state.target;
  return state.sha256 === undefined || hashOf(path, how) === state.sha256;
}

function hashOf(path: AbsolutePath, how: Restoration): string | undefined {
  const content = how.files.read(path, how.maxBytes);
  return content && sha256(content);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function kindOf(entry: Entry): EntryState["kind"] {
  return entry.kind === "file" || entry.kind === "folder" || entry.kind === "link" ? entry.kind : "other";
}
