import type { Entry, Files } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";
import { clientConfigFolders, clientConfigName } from "../../profile/client-config-place.js";

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

/** A folder, and what lies on the way from it to config.json, as far as it is there. */
export function observeWay(files: Files, top: AbsolutePath): OwnedEntry[] {
  const names = [...clientConfigFolders.slice(1), clientConfigName];
  const found: OwnedEntry[] = [];
  for (let depth = 0; depth <= names.length; depth += 1) {
    const path = joined(top, ...names.slice(0, depth));
    const entry = files.entry(path);
    if (entry === undefined) break;
    found.push({ path, entry });
    if (entry.kind !== "folder") break;
  }
  return found;
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
