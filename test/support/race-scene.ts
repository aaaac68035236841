import {
  chownSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import type { Attack } from "./attacker.js";
import { scratch, serviceUid, type Scratch } from "./scratch.js";

type Standing = "file" | "folder" | "nothing";

/** Ways in which the owner of a home works against root, who works on HOME/.config/kryptus/NAME. */
export type AttackName = "folder" | "middle" | "tree" | "link" | "hard-link" | "temporary";

export interface RaceScene extends Scratch {
  readonly attack: Attack;
  /** The folder of what root works on, whatever its name is just now. */
  readonly inside: string;
  /** Puts back what is swapped, and has a new file, some folder, or nothing stand at NAME. */
  readonly prepare: (standing: Standing) => void;
  /** All that is root's, in words; one thing changed is another text. */
  readonly victim: () => string;
  /** Whether root's secret has come to lie in the home. */
  readonly isLeaked: () => boolean;
}

export const secret = "precious";

/**
 * A home of the service user's with .config/kryptus in it, and a folder of root's that is laid out in the
 * same way, where the attacker tries to lead root to. `name` is what root works on.
 */
export function raceScene(
  t: { teardown(work: () => void): void },
  kind: AttackName,
  name: string,
): RaceScene {
  const all = scratch(t);
  const at = (path: string): string => `${all.folder}/${path}`;
  for (const folder of ["home", "home/.config", "home/.config/kryptus", "home/other", "home/other/kryptus"])
    all.mkdir(folder, { uid: serviceUid, gid: serviceUid });
  for (const folder of ["root", "root/kryptus", "root/kryptus/made", "spare"])
    all.mkdir(folder, { mode: 0o700 });
  all.mkdir("root", { mode: 0o755 });
  all.mkdir("root/kryptus", { mode: 0o755 });
  all.file("root/kryptus/config.json", secret, { mode: 0o600 });
  symlinkSync("nowhere", at("root/kryptus/link"));
  // by descriptors: their names are about to be swapped
  const trees = ["home/.config/kryptus", "home/other/kryptus"].map((path) => openSync(at(path), "r"));
  t.teardown(() => {
    trees.forEach(closeSync);
  });
  const places = trees.map((fd) => `/proc/self/fd/${fd}`);
  const decoy = at("home/decoy");
  const target = at(kind === "folder" ? "root/kryptus" : kind === "middle" ? "root" : `root/kryptus/${name}`);
  const spare = at("spare/new");

  const placeDecoy = (path: string): void => {
    rmSync(spare, { recursive: true, force: true });
    if (kind === "hard-link") linkSync(target, spare);
    else symlinkSync(target, spare);
    renameSync(spare, path);
  };
  if (kind !== "tree") placeDecoy(decoy);

  return {
    ...all,
    attack: attackOf(kind, name, at),
    inside: places[0] ?? "",
    prepare: (standing) => {
      const [place = ""] = places;
      // the attacker may be faster here too: then the next try is prepared anew
      ignoringSystemErrors(() => {
        if (kind === "link" || kind === "hard-link")
          refill([`${place}/${name}`, decoy], standing, isDecoy(target, kind), placeDecoy, spare);
        else for (const each of places) stand(`${each}/${name}`, standing, spare);
        if (kind === "temporary" && !lstatSync(decoy).isSymbolicLink()) placeDecoy(decoy);
      });
    },
    victim: () => picture(all.folder),
    isLeaked: () =>
      regularFiles(at("home")).some(
        (file) =>
          lstatSync(file).ino !== lstatSync(target).ino && readFileSync(file, "utf8").includes(secret),
      ),
  };
}

function attackOf(kind: AttackName, name: string, at: (path: string) => string): Attack {
  const other = at("home/decoy");
  switch (kind) {
    case "folder":
      return { way: "swap", name: at("home/.config/kryptus"), other };
    case "middle":
      return { way: "swap", name: at("home/.config"), other };
    case "tree":
      return { way: "swap", name: at("home/.config"), other: at("home/other") };
    case "link":
    case "hard-link":
      return { way: "swap", name: at(`home/.config/kryptus/${name}`), other };
    case "temporary":
      return { way: "snatch", name: at("home/.config/kryptus"), other };
  }
}

function isDecoy(target: string, kind: AttackName): (path: string) => boolean {
  const { ino } = lstatSync(target);
  return (path) => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry !== undefined && (kind === "link" ? entry.isSymbolicLink() : entry.ino === ino);
  };
}

/** Of the two names that are swapped, one is to be the decoy and the other what stands there. */
function refill(
  [first, second]: readonly [string, string],
  standing: Standing,
  isDecoyAt: (path: string) => boolean,
  placeDecoy: (path: string) => void,
  spare: string,
): void {
  if (!isDecoyAt(first) && !isDecoyAt(second)) placeDecoy(second);
  if (isDecoyAt(first) && standing === "nothing") renameSync(first, second);
  stand(isDecoyAt(first) ? second : first, standing, spare);
}

/** By renaming alone, which follows no link: the names may be swapped at any time. */
function stand(path: string, standing: Standing, spare: string): void {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (standing === "folder" && entry?.isDirectory() === true) return;
  if (entry?.isDirectory() === true) rmdirSync(path);
  else if (standing === "nothing" && entry !== undefined) unlinkSync(path);
  if (standing === "nothing") return;
  make(standing, spare);
  renameSync(spare, path);
}

function make(kind: "file" | "folder", spare: string): void {
  rmSync(spare, { recursive: true, force: true });
  if (kind === "folder") mkdirSync(spare);
  else writeFileSync(spare, "own", { mode: 0o640 });
  // the user's own: a folder of root's could not be moved elsewhere
  chownSync(spare, serviceUid, serviceUid);
}

/**
 * Of root's files: names, kinds, modes, owners, inodes, contents, and times, which tell of what came and
 * went.
 */
function picture(folder: string): string {
  const paths = [
    "root",
    "root/kryptus",
    "root/kryptus/config.json",
    "root/kryptus/made",
    "root/kryptus/link",
  ].map((path) => `${folder}/${path}`);
  const entries = paths.map((path) => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry && [entry.mode, entry.uid, entry.gid, entry.ino, entry.size, entry.mtimeMs].join(" ");
  });
  return [
    ...entries,
    readdirSync(`${folder}/root`).join(),
    readdirSync(`${folder}/root/kryptus`).join(),
    readFileSync(`${folder}/root/kryptus/config.json`, "utf8"),
  ].join("\n");
}

function regularFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? regularFiles(path) : entry.isFile() ? [path] : [];
  });
}

function ignoringSystemErrors(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
  }
}
