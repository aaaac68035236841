import type { Entry, Files, Host } from "../host.js";
import { resolveLinks } from "../installer/resolve-links.js";
import { type AbsolutePath, asAbsolutePath } from "../path.js";

/** The id that means none (chown(2)): of an account that is not made yet, as which nobody can be asked. */
export const noId = 0xffff_ffff;

/** Whose rights a process has. */
export interface Reader {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** What keeps a reader from a file: a folder on the way, or the file itself. */
export interface Barrier {
  readonly path: AbsolutePath;
  readonly entry: Entry;
}

/** A barrier that stands; `certain`: the kernel was asked, access control lists included. */
export interface Standing extends Barrier {
  readonly certain: boolean;
}

/**
 * The first thing on the way to a file or folder, links resolved, that does not let the reader pass, or read
 * what is at the end. What owner and mode deny, an access control list may still allow: so the kernel is
 * asked as that user where it can be, which takes root. Undefined: nothing, or the target is missing.
 */
export async function standingBarrier(
  host: Host,
  files: Files,
  target: AbsolutePath,
  reader: Reader,
): Promise<Standing | undefined> {
  for (const barrier of barriersTo(files, target, reader)) {
    const lets = await kernelLets(host, barrier, reader);
    if (lets !== true) return { ...barrier, certain: lets === false };
  }
  return undefined;
}

/** By owner and mode, the outermost first. */
function barriersTo(files: Files, target: AbsolutePath, reader: Reader): readonly Barrier[] {
  const end = resolveLinks(files, target);
  if (end === undefined || reader.uid === 0) return [];
  const names = end.split("/").slice(1);
  return names.flatMap((_, index) => {
    const path = asAbsolutePath(`/${names.slice(0, index + 1).join("/")}`);
    const entry = path && files.entry(path);
    return path === undefined || entry === undefined || mayPass(entry, reader) ? [] : [{ path, entry }];
  });
}

/** path_resolution(7): the first of owner, group and others that applies decides. */
function mayPass({ kind, mode, uid, gid }: Entry, reader: Reader): boolean {
  const isGroups = gid === reader.gid || reader.groups.includes(gid);
  const bits = uid === reader.uid ? mode >> 6 : isGroups ? mode >> 3 : mode;
  return (bits & (kind === "folder" ? 0o1 : 0o4)) !== 0;
}

const askMs = 10_000;

/** Undefined where it cannot be asked: without root or an account, and for an image. */
async function kernelLets(
  host: Host,
  { path, entry }: Barrier,
  { uid, gid, groups }: Reader,
): Promise<boolean | undefined> {
  if (uid === noId || host.root !== "/" || process.geteuid?.() !== 0) return undefined;
  if (host.commands.find("setpriv") === undefined) return undefined;
  const { exitCode } = await host.commands.run({
    program: "setpriv",
    args: [
      ...[`--reuid=${uid}`, `--regid=${gid}`],
      groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`,
      ...["--", "/usr/bin/test", entry.kind === "folder" ? "-x" : "-r", path],
    ],
    timeoutMs: askMs,
  });
  return exitCode === 0 ? true : exitCode === 1 ? false : undefined;
}
