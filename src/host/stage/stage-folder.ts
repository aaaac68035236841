import { chmodSync, chownSync, constants, cpSync, mkdirSync, statSync } from "node:fs";
import { machine } from "../commands/command-words.js";
import { findProgram } from "../commands/find-program.js";
import { askChild } from "../commands/start-child.js";
import { withDescriptor } from "../files/descriptor.js";
import { asFileProblem } from "../files/file-problem.js";
import { realFiles } from "../files/real-files.js";
import { removeIfPossible } from "../archive/private-folder.js";
import { joined, path, stateFolder, type AbsolutePath } from "../path.js";
import { isOfEndedProcess, isOfOtherNamespace, markPattern, processMark } from "../processes/process-mark.js";
import { randomHex } from "../random-hex.js";
import type { Shown } from "./run-walled.js";
import { rootsFolder } from "../rights.js";
import type { SandboxMount } from "../sandbox/sandbox-mounts.js";
import { Problem } from "../../problem/problem.js";
import { modeBits } from "../mode-bits.js";

/** Where stages keep what is written in them; the second is for when the first cannot be written to. */
const parents = [stateFolder, path("/run")] as const;
const pattern = new RegExp(`^stage-(${markPattern})-[0-9a-f]{12}$`);
/**
 * In a stage's folder: locked (flock(2)) by the stage's first process, as long as it lives. Made by the
 * set-up script.
 */
const held = "held";

export interface StageFolder {
  readonly path: AbsolutePath;
  /** Copies a folder of this machine into this one, which is named `as` where the wall is built. */
  show(what: Shown, as: string): Shown;
  /** Removes it with all it holds, and knetctl's state folder when that was made for it and is empty. */
  remove(): void;
}

/**
 * A new folder on this machine that only root can enter, with `root` to mount on, `shown` for what walled
 * programs are shown, and an upper and a work layer for the host's root and each overlay below it, with the
 * owner and mode of what they cover. Also removes what dead processes left.
 */
export function makeStageFolder(root: string, mounts: readonly SandboxMount[]): StageFolder {
  const { folder, madeParent } = newFolder();
  const remove = (): void => {
    removeIfPossible(folder);
    if (madeParent) removeEmpty(stateFolder);
  };
  try {
    asFileProblem(folder, () => {
      for (const name of ["root", "layers", "shown"]) mkdirSync(`${folder}/${name}`);
    });
    makeLayer(folder, 0, root);
    mounts.forEach(({ how, path: below }, index) => {
      if (how === "overlay") makeLayerIfPossible(folder, index + 1, `${root === "/" ? "" : root}${below}`);
    });
  } catch (error) {
    remove();
    throw error;
  }
  let number = 0;
  const show = (what: Shown, as: string): Shown => {
    const name = `shown/${++number}`;
    asFileProblem(folder, () => {
      cpSync(what.folder, `${folder}/${name}`, {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
        // without one, Node 22 copies folders by another way, which leaves their modes to the umask
        filter: () => true,
      });
    });
    return { folder: `${as}/${name}`, at: what.at };
  };
  return { path: folder, show, remove };
}

/** Removes the folders that nobody holds any more, or, with `own`, those of this process. */
export function removeStageFolders(own: boolean): void {
  for (const parent of parents) {
    for (const { name, kind, uid } of listed(parent)) {
      const mark = pattern.exec(name)?.[1];
      if (mark === undefined || kind !== "folder" || uid !== 0) continue;
      const folder = joined(parent, name);
      if (own ? mark === processMark() : isForsaken(folder, mark)) removeIfPossible(folder);
    }
  }
}

/** A process of another PID namespace, such as a container that is gone, is known by its lock alone. */
function isForsaken(folder: AbsolutePath, mark: string): boolean {
  return isOfOtherNamespace(mark) ? isUnlocked(joined(folder, held)) : isOfEndedProcess(mark);
}

/** False where there is no such file, which can mean that it has not been made yet. */
function isUnlocked(file: AbsolutePath): boolean {
  const flock = findProgram(machine, "flock");
  if (flock === undefined) return false;
  try {
    return withDescriptor(file, constants.O_RDONLY | constants.O_NOFOLLOW, (fd) => {
      const how = { env: { LC_ALL: "C" }, timeoutMs: 10_000, given: [fd] };
      return askChild(flock, ["--exclusive", "--nonblock", "3"], how).status === 0;
    });
  } catch {
    return false;
  }
}

function newFolder(): { readonly folder: AbsolutePath; readonly madeParent: boolean } {
  removeStageFolders(false);
  const files = realFiles("/", []);
  const name = `stage-${processMark()}-${randomHex(12)}`;
  const make = (parent: AbsolutePath): { folder: AbsolutePath; madeParent: boolean } => {
    const madeParent = files.entry(parent) === undefined;
    if (madeParent) files.createFolder(parent, rootsFolder);
    files.createFolder(joined(parent, name), rootsFolder);
    return { folder: joined(parent, name), madeParent };
  };
  try {
    return make(parents[0]);
  } catch (error) {
    if (error instanceof Problem) return make(parents[1]);
    throw error;
  }
}

/** A file system that answers nobody, such as a server's that is gone, is not part of a stage. */
function makeLayerIfPossible(folder: AbsolutePath, number: number, covered: string): void {
  try {
    statSync(covered);
  } catch {
    return;
  }
  makeLayer(folder, number, covered);
}

function makeLayer(folder: AbsolutePath, number: number, covered: string): void {
  asFileProblem(folder, () => {
    const layer = `${folder}/layers/${number}`;
    for (const made of [layer, `${layer}/upper`, `${layer}/work`]) mkdirSync(made);
    const { uid, gid, mode } = statSync(covered);
    chownSync(`${layer}/upper`, uid, gid);
    chmodSync(`${layer}/upper`, mode & modeBits);
  });
}

function listed(parent: AbsolutePath): readonly { name: string; kind: string; uid: number }[] {
  try {
    return realFiles("/", []).list(parent) ?? [];
  } catch {
    // a folder that cannot be read holds none of ours
    return [];
  }
}

function removeEmpty(folder: AbsolutePath): void {
  try {
    realFiles("/", []).removeFolder(folder);
  } catch {
    // a run has put something there in the meantime
  }
}
