import type { Entry, Files } from "../../host/host.js";
import { joined, type AbsolutePath } from "../../host/path.js";

export interface OwnedEntry {
  readonly path: AbsolutePath;
  readonly entry: Entry;
}

/** Everything below a folder, the folder included, parents before children; empty when it is missing. */
export function observeTree(files: Files, top: AbsolutePath): OwnedEntry[] {
  const entry = files.entry(top);
  if (entry === undefined) return [];
  if (entry.kind !== "folder") return [{ path: top, entry }];
  const children = files.list(top) ?? [];
  return [{ path: top, entry }, ...children.flatMap(({ name }) => observeTree(files, joined(top, name)))];
}
