import { shellWord } from "../../formats/text/shell-word.js";
import { modeText } from "../../formats/text/mode-text.js";
import { clientModule, clientArchive } from "../../vendor/client.js";
import type { Host } from "../../host/host.js";
import type { Loader } from "../../host/installer/loader.js";
import type { InstalledFile } from "../../host/installer/receipt.js";
import { folderOf, nameOf } from "../../host/path.js";
import type { AbsolutePath } from "../../host/path.js";
import { type Reader, type Standing, standingBarrier } from "../../host/unit/barrier.js";
import { Problem } from "../../problem/problem.js";
import type { Drift } from "./observe.js";

/** A recorded file that is not as it was left; a warning, since apply brings it back. */
export function driftProblem({ recorded, now, content }: Drift): Problem {
  const title =
    now === undefined
      ? "a file of the module is missing"
      : content
        ? "a file of the module was replaced"
        : "a file of the module has other permissions";
  return new Problem("module-drift", title, {
    severity: "warning",
    where: { path: recorded.path },
    detail:
      now === undefined
        ? `install.sh left ${shown(recorded)}`
        : `install.sh left ${shown(recorded)}; now ${shown(now)}`,
    hint: "apply restores it; find out who changed it",
  });
}

function shown({ mode, uid, gid, sha256, target }: InstalledFile): string {
  const what = target === undefined ? `SHA-256 ${sha256?.slice(0, 12) ?? "unknown"}…` : `a link to ${target}`;
  return `mode ${modeText(mode)}, owner ${uid}:${gid}, ${what}`;
}

/**
 * The profile installs no module, and there is none. With `--root`, a later layer of the image may add it.
 */
export function notFound(host: Host): Problem {
  return new Problem("module-not-found", `the dynamic loader does not find ${clientModule}`, {
    severity: host.root === "/" ? "error" : "warning",
    detail: "the profile names no module.archive, and nothing of that name is installed",
    hint:
      `add module: { archive: ${clientArchive} } to the profile; or install it, list its ` +
      "folder in /etc/ld.so.conf.d and run ldconfig",
  });
}

/** The loader prefers another copy: what was installed would not be used. */
export function shadowed(other: AbsolutePath, library: AbsolutePath): Problem {
  return new Problem("module-not-registered", `the dynamic loader finds another ${clientModule}`, {
    where: { path: other },
    detail: `the installed one is ${library}`,
    hint: `remove ${other} if it is an older copy, then run again`,
  });
}

/**
 * What the service cannot load of the module and of the libraries that it needs, with the folder or file that
 * is in the way. A warning where the kernel could not be asked: an access control list may let it through.
 */
export async function unreadableProblems(
  host: Host,
  loader: Loader,
  library: AbsolutePath,
  reader: Reader,
): Promise<readonly Problem[]> {
  const problems = new Map<AbsolutePath, Problem>();
  for (const { path, neededBy } of neededFiles(loader, library)) {
    const barrier = await standingIn(host, path, reader);
    if (barrier !== undefined && !problems.has(barrier.path))
      problems.set(barrier.path, unreadable(path, neededBy, barrier, reader, host));
  }
  return [...problems.values()];
}

/** What root itself cannot look at in safety is not judged: the proof shows it. */
async function standingIn(host: Host, path: AbsolutePath, reader: Reader): Promise<Standing | undefined> {
  try {
    return await standingBarrier(host, host.files(), path, reader);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

function unreadable(
  file: AbsolutePath,
  neededBy: string | undefined,
  { path, entry: { kind, mode, uid, gid }, certain }: Standing,
  { user }: Reader,
  { accounts }: Host,
): Problem {
  const rights = `${accounts.userName(uid)}:${accounts.groupName(gid)} ${modeText(mode)}`;
  const what = neededBy === undefined ? file : `${file}, which ${neededBy} needs`;
  return new Problem(
    "module-not-readable",
    `the service user ${JSON.stringify(user)} cannot load the module`,
    {
      severity: certain ? "error" : "warning",
      where: { path },
      detail: `this ${kind === "folder" ? "folder" : "file"} (${rights}) keeps it from ${what}`,
      hint: certain
        ? `let it through: chmod o+${kind === "folder" ? "x" : "r"} ${shellWord(path)}`
        : `see whether it can: runuser -u ${shellWord(user)} -- head -c 1 ${shellWord(file)} | wc -c`,
    },
  );
}

interface Needed {
  readonly path: AbsolutePath;
  /** The library that needs it; undefined for the module itself. */
  readonly neededBy: string | undefined;
}

/** Everybody can read what the system's packages put there. */
const ofSystem = /^(\/usr)?\/lib(32|64)?\//;

/** The module and what it needs that is not the system's own, directly or through others. */
function neededFiles(loader: Loader, library: AbsolutePath): readonly Needed[] {
  const needed: Needed[] = [{ path: library, neededBy: undefined }];
  for (const { path } of needed) {
    const elf = loader.find(path)?.elf;
    const folders = elf?.runPath.map((folder) => folder.replace(/\$\{?ORIGIN\}?/g, folderOf(path)));
    for (const name of elf?.needed ?? []) {
      const next = loader.locate(name, folders);
      if (next === undefined || ofSystem.test(next.file) || needed.some((one) => one.path === next.path))
        continue;
      needed.push({ path: next.path, neededBy: nameOf(path) });
    }
  }
  return needed;
}
