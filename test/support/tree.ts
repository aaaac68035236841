import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";

/** An entry as it is at rest. */
export interface Seen {
  readonly kind: "file" | "folder" | "link" | "other";
  readonly mode: number;
  readonly owner: string;
  /** Of a file a hash, of a link its text. */
  readonly content: string;
}

/** Every entry below a root by its path, but for knetctl's own state. */
export type Tree = ReadonlyMap<string, Seen>;

/**
 * What the account tools and ldconfig keep for themselves: copies of each file they change, locks, a cache of
 * what was looked at.
 */
const toolsOwn =
  /^\/(etc\/(\w+-|\.pwd\.lock|\w+\.lock|\w+\.\d+)|var\/cache\/ldconfig(\/.*)?|var\/cache|dev\/.*|proc)$/;
const stateFolder = "/var/lib/knetctl";
/** A temporary, or the draft in a temporary folder. */
const temporary = /\/\.knetctl-[0-9a-f]{24}\.tmp(\/draft)?$/;
/** Programs and libraries of the scene: big, and nobody's to change. */
const bigBytes = 256 * 1024;

export function treeOf(root: string, tops: readonly string[] = [""]): Tree {
  const tree = new Map<string, Seen>();
  const add = (folder: string): void => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const at = `${folder}/${name}`;
      if (at === stateFolder || toolsOwn.test(at)) continue;
      const seen = seenAt(join(root, at));
      if (seen === undefined) continue;
      tree.set(at, seen);
      if (seen.kind === "folder") add(at);
    }
  };
  for (const top of tops) {
    const seen = seenAt(join(root, top));
    if (seen === undefined) continue;
    if (top !== "") tree.set(top, seen);
    add(top);
  }
  return tree;
}

function seenAt(file: string): Seen | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const kind = stats.isFile()
    ? "file"
    : stats.isDirectory()
      ? "folder"
      : stats.isSymbolicLink()
        ? "link"
        : "other";
  const common = {
    kind,
    mode: kind === "link" ? 0o777 : stats.mode & 0o7777,
    owner: `${stats.uid}:${stats.gid}`,
  } as const;
  if (kind === "link") return { ...common, content: readlinkSync(file) };
  if (kind === "file")
    return {
      ...common,
      content:
        stats.size > bigBytes
          ? `${stats.size} ${stats.mtimeMs}`
          : createHash("sha256").update(readFileSync(file)).digest("hex"),
    };
  return { ...common, content: "" };
}

/** Paths of which anything is not the same, and how. */
export function differences(left: Tree, right: Tree): readonly string[] {
  return pathsOf(left, right).flatMap((at) =>
    isEqual(left.get(at), right.get(at)) ? [] : [`${at}: ${text(left.get(at))} → ${text(right.get(at))}`],
  );
}

export interface Torn {
  /** Neither as before nor as after, nor on the way there. */
  readonly torn: readonly string[];
  /** Open to more than before or after. */
  readonly wider: readonly string[];
}

/**
 * What a cut-off run left that it must not leave. Each path is as before or as after; on the way there its
 * content is one of the two whole, its owner one of the two or root, and its mode gives nothing that neither
 * gives. Temporaries give no more than the files beside them will.
 */
export function tornIn(before: Tree, now: Tree, after: Tree): Torn {
  const torn: string[] = [];
  const wider: string[] = [];
  for (const at of pathsOf(before, now, after)) {
    const [was, is, willBe] = [before.get(at), now.get(at), after.get(at)];
    if (isEqual(is, was) || isEqual(is, willBe)) continue;
    // a folder cannot take the place of a file at once, nor a file that of a folder
    if (is === undefined && was?.kind !== willBe?.kind) continue;
    const line = `${at}: ${text(was)} / ${text(is)} / ${text(willBe)}`;
    if (is === undefined || (was === undefined && willBe === undefined && !temporary.test(at)))
      torn.push(line);
    // a link's own mode means nothing, and is always the same
    else if (
      is.kind !== "link" &&
      (is.mode & ~(temporary.test(at) ? modesOfTemporary(at, is, after) : modeOf(was) | modeOf(willBe))) !== 0
    )
      wider.push(line);
    else if (!temporary.test(at) && !isOnTheWay(is, was, willBe)) torn.push(line);
  }
  return { torn, wider };
}

export function temporariesIn(tree: Tree): readonly string[] {
  return [...tree.keys()].filter((at) => temporary.test(at));
}

function isOnTheWay(is: Seen, was: Seen | undefined, willBe: Seen | undefined): boolean {
  const ends = [was, willBe].filter((end) => end !== undefined);
  return (
    ends.some(({ kind, content }) => kind === is.kind && content === is.content) &&
    ["0:0", ...ends.map(({ owner }) => owner)].includes(is.owner)
  );
}

/**
 * A temporary folder is its owner's alone, and so is the draft in it, whatever mode it has from the file that
 * it is to replace.
 */
function modesOfTemporary(at: string, { kind }: Seen, after: Tree): number {
  if (kind === "folder") return 0o700;
  return at.endsWith("/draft") ? 0o7777 : modesBeside(at, after);
}

function modesBeside(at: string, after: Tree): number {
  let modes = 0o600;
  for (const [other, { kind, mode }] of after)
    if (dirname(other) === dirname(at) && kind === "file") modes |= mode;
  return modes;
}

function pathsOf(...trees: readonly Tree[]): readonly string[] {
  return [...new Set(trees.flatMap((tree) => [...tree.keys()]))].sort();
}

function isEqual(left: Seen | undefined, right: Seen | undefined): boolean {
  return text(left) === text(right);
}

function modeOf(seen: Seen | undefined): number {
  return seen?.mode ?? 0;
}

function text(seen: Seen | undefined): string {
  return seen === undefined
    ? "nothing"
    : `${seen.kind} ${seen.mode.toString(8)} ${seen.owner} ${seen.content.slice(0, 12)}`;
}
