import type { Entry, Files, Host } from "../host.js";
import { resolveLinks } from "../installer/resolve-links.js";
import { type AbsolutePath, joined, path as literal } from "../path.js";
import { executableByWorld, readableByWorld } from "../mode-bits.js";

/** The id that means none (chown(2)): of an account that is not made yet, as which nobody can be asked. */
export const noId = 0xffff_ffff;

/** Whose rights a process has. */
export interface Reader {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** Asked for only where they decide: a name service may take its time. */
  readonly groups: () => Promise<readonly number[]>;
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
  const end = resolveLinks(files, target);
  if (end === undefined || reader.uid === 0) return undefined;
  // the outermost first
  const names = end.split("/").slice(1);
  for (const [index, entry] of files.way(end).entries.entries()) {
    if (await mayPass(entry, reader)) continue;
    const path = joined(literal("/"), ...names.slice(0, index + 1));
    const lets = await kernelLets(host, { path, entry }, reader);
    if (lets !== true) return { path, entry, certain: lets === false };
  }
  return undefined;
}

/**
 * By owner and mode: the first of owner, group and others that applies decides (path_resolution(7)). What the
 * group and others may alike does not depend on the reader's groups.
 */
async function mayPass({ kind, mode, uid, gid }: Entry, reader: Reader): Promise<boolean> {
  const wanted = kind === "folder" ? executableByWorld : readableByWorld;
  const [owner, group, others] = [mode >> 6, mode >> 3, mode].map((bits) => (bits & wanted) !== 0);
  if (uid === reader.uid) return owner === true;
  if (gid === reader.gid || group === others) return group === true;
  return (await reader.groups()).includes(gid) ? group === true : others === true;
}

const askMs = 10_000;

/** Undefined where it cannot be asked: without root or an account, and for an image. */
async function kernelLets(
  host: Host,
  { path, entry }: Barrier,
  { uid, gid, groups: ask }: Reader,
): Promise<boolean | undefined> {
  if (uid === noId || host.root !== "/" || process.geteuid?.() !== 0) return undefined;
  if (host.commands.find("setpriv") === undefined) return undefined;
  const groups = await ask();
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
