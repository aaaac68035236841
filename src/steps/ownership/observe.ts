import type { Entry, Files } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";

export interface OwnedEntry {
  readonly path: AbsolutePath;
  readonly entry: Entry;
}

/** Folders within folders: far more than settings need, far fewer than would exhaust the program. */
const deepest = 64;

/**
 * Everything below a folder, the folder included, parents before children; empty when it is missing. Throws a Problem
 * (`ownership-too-deep`) for a tree that the service user can only have made to keep root busy.
 */
export function observeTree(files: Files, top: AbsolutePath): OwnedEntry[] {
  const entry = files.entry(top);
  return entry === undefined ? [] : observeEntry(files, top, entry, 0);
}

function observeEntry(files: Files, path: AbsolutePath, entry: Entry, depth: number): OwnedEntry[] {
  if (entry.kind !== "folder") return [{ path, entry }];
  if (depth > deepest) throw tooDeep(path);
  const children = files.list(path) ?? [];
  return [{ path, entry }, ...children.flatMap((child) => observeEntry(files, joined(path, child.name), child, depth + 1))];
}

function tooDeep(path: AbsolutePath): Problem {
  return new Problem("ownership-too-deep", `folders lie more than ${deepest} deep there`, {
    where: { path },
    hint: "no settings need that: find out who made them, and remove them",
  });
}
