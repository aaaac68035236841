import { lstatSync, readdirSync } from "node:fs";
import { errorCode } from "../../../problem/thrown.js";
import { isSame, stateAt } from "./entry-state.js";
import type { EntryState } from "./entry-state.js";

/** What lies at a path in a stage, and what lay there before; null: nothing. */
export interface StagedEntry {
  /** As seen from inside the host's root, without links. */
  readonly path: string;
  readonly before: EntryState | null;
  readonly after: EntryState | null;
}

/** A stage and the host under it, as paths of this machine that each open the root: "" for `/`. */
export interface Trees {
  readonly merged: string;
  readonly host: string;
  /** The upper layers, each with the folder that it covers. */
  readonly layers: readonly { readonly covers: string; readonly upper: string }[];
  /** Places whose changes do not count; what lies below them does not either. */
  isLeftOut(path: string): boolean;
}

/**
 * All that the upper layers of a stage hold, compared with the host: files (by content), folders, links, the
 * removed, each once, in the order of their paths. What was only copied up is among it, with the same state
 * on both sides, since its attributes may differ. Reads only folders that an upper layer holds.
 */
export function touchedEntries(trees: Trees): readonly StagedEntry[] {
  const found = new Map<string, StagedEntry>();
  const comparison = new Comparison(trees, found);
  for (const { covers, upper } of trees.layers) comparison.layer(covers, upper);
  return [...found.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}

class Comparison {
  constructor(
    readonly trees: Trees,
    readonly found: Map<string, StagedEntry>,
  ) {}

  layer(covers: string, upper: string): void {
    const { merged, host } = this.trees;
    this.found.set(covers, {
      path: covers,
      before: stateAt(host + covers, covers),
      after: stateAt(merged + covers, covers),
    });
    this.#folder(covers === "/" ? "" : covers, upper);
  }

  /** A folder on both sides that was copied up; `upper` is its copy. */
  #folder(path: string, upper: string): void {
    const { merged, host } = this.trees;
    const inUpper = namesIn(upper);
    // an opaque folder hides what the host has, and holds no mark for it
    const hidden = without(namesIn(host + path), namesIn(merged + path));
    for (const name of new Set([...inUpper, ...hidden])) this.#entry(`${path}/${name}`, `${upper}/${name}`);
  }

  #entry(path: string, upper: string): void {
    if (this.trees.isLeftOut(path)) return;
    const before = stateAt(this.trees.host + path, path);
    const after = stateAt(this.trees.merged + path, path);
    if (before === null && after === null) return;
    this.found.set(path, { path, before, after });
    if (before?.kind === "folder" && after?.kind === "folder") {
      if (isFolder(upper)) this.#folder(path, upper);
      return;
    }
    if (before?.kind === "folder") this.#below(path, "before");
    if (after?.kind === "folder") this.#below(path, "after");
  }

  /** All that a folder held, or holds, that is one on one side only. */
  #below(folder: string, side: "before" | "after"): void {
    const prefix = side === "before" ? this.trees.host : this.trees.merged;
    for (const name of namesIn(prefix + folder)) {
      const path = `${folder}/${name}`;
      if (this.trees.isLeftOut(path)) continue;
      const state = stateAt(prefix + path, path);
      const nothing = { path, before: null, after: null };
      this.found.set(path, { ...nothing, [side]: state });
      if (state?.kind === "folder") this.#below(path, side);
    }
  }
}

/**
 * The entries that differ, ready to be made one after the other: removals first, what a folder holds before
 * the folder itself; then all else, folders before what is in them. Pure.
 */
export function inOrder(entries: readonly StagedEntry[]): readonly StagedEntry[] {
  const changed = entries.filter(({ before, after }) => !isSame(before, after));
  const removed = changed.filter(({ after }) => after === null);
  return [...removed.reverse(), ...changed.filter(({ after }) => after !== null)];
}

/**
 * What was done to a stage since an earlier look at it: `now` and `earlier` are both held against the host.
 * What the stage was made with is not a change of its own. Pure.
 */
export function since(earlier: readonly StagedEntry[], now: readonly StagedEntry[]): readonly StagedEntry[] {
  const then = new Map(earlier.map((entry) => [entry.path, entry]));
  const today = new Set(now.map(({ path }) => path));
  return [
    ...now.map((entry) => ({ ...entry, before: (then.get(entry.path) ?? { after: entry.before }).after })),
    // as on the host again
    ...earlier
      .filter(({ path }) => !today.has(path))
      .map(({ path, before, after }) => ({ path, before: after, after: before })),
  ].sort((left, right) => (left.path < right.path ? -1 : 1));
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  if (names.length === 0) return names;
  const known = new Set(others);
  return names.filter((name) => !known.has(name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return [];
    throw error;
  }
}

function isFolder(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
