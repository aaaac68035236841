import type { Problem } from "../../problem/problem.js";
import { archiveLimits, entryKind, namesOf } from "./archive-entry.js";
import type { ArchiveEntry, RawEntry } from "./archive-entry.js";
import { refusedBecause, refusedEntry, shownEntry } from "./entry-rules.js";

interface Seen {
  readonly path: string;
  readonly kind: ArchiveEntry["kind"];
}

/**
 * Checks every entry against the rules, by itself and together with the others: two entries must not mean one
 * file, even on a file system that folds case or normalises Unicode, and nothing may be below something that
 * is not a folder. Pure. Returns the entries that passed and a Problem for each of the others, at most
 * `archiveLimits.shownProblems`.
 */
export function checkedEntries(
  raw: readonly RawEntry[],
  archive: string,
): { entries: ArchiveEntry[]; problems: Problem[] } {
  const seen = new Map<string, Seen>();
  const entries: ArchiveEntry[] = [];
  const problems: Problem[] = [];
  for (const entry of raw) {
    const problem = refusedEntry(entry, archive) ?? clash(entry, seen, archive);
    const kind = entryKind(entry.type);
    if (problem !== undefined) problems.push(problem);
    // the archive's own folder (`./`) stays as it was made: private
    else if (kind !== undefined && namesOf(entry.path).length > 0)
      entries.push({ path: namesOf(entry.path).join("/"), kind, mode: entry.mode & 0o777, size: entry.size });
    if (problems.length >= archiveLimits.shownProblems) break;
  }
  return { entries, problems };
}

function clash(entry: RawEntry, seen: Map<string, Seen>, archive: string): Problem | undefined {
  const names = namesOf(entry.path);
  const refuse = (detail: string): Problem =>
    refusedBecause(archive, "archive-duplicate", "two entries stand for the same file", detail);
  for (let length = 1; length < names.length; length++) {
    const path = names.slice(0, length).join("/");
    const parent = seen.get(folded(path));
    if (parent === undefined) seen.set(folded(path), { path, kind: "folder" });
    else if (parent.path !== path) return refuse(`${shownEntry(path)} and ${shownEntry(parent.path)}`);
    else if (parent.kind !== "folder")
      return refuse(
        `${shownEntry(entry.path)} lies below ${shownEntry(parent.path)}, which is a ${parent.kind}`,
      );
  }
  const path = names.join("/");
  const kind = entryKind(entry.type);
  if (path === "" || kind === undefined) return undefined;
  const same = seen.get(folded(path));
  if (same !== undefined && !(same.path === path && kind === "folder" && same.kind === "folder"))
    return refuse(
      same.path === path
        ? `entry ${shownEntry(path)} occurs twice`
        : `${shownEntry(path)} and ${shownEntry(same.path)}`,
    );
  seen.set(folded(path), { path, kind });
  return undefined;
}

/** One spelling for all names that some file system treats as the same. */
function folded(path: string): string {
  return path.normalize("NFKC").toLowerCase().normalize("NFKC");
}
