import { positionAt } from "../../formats/text/text-position.js";
import { mebibytes } from "../../formats/units.js";
import type { Entry, Files, Host } from "../../host/host.js";
import { article } from "../../host/files/trust.js";
import { folderOf, type AbsolutePath } from "../../host/path.js";
import { sizeLimits } from "../../host/size-limits.js";
import { readableByGroup, readableByWorld } from "../../host/mode-bits.js";
import { Problem } from "../../problem/problem.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Profile } from "../../profile/types.js";

/** A place where a consumer's file is, or is to be. */
export interface ObservedPlace {
  readonly path: AbsolutePath;
  /** The account whose folders may be entered on the way: only for what is below its home. */
  readonly trusting?: string;
  /** Undefined if there is no such file. */
  readonly entry: Entry | undefined;
  /** Empty if there is no such file. */
  readonly text: string;
  /** Missing folders, the outermost first. */
  readonly missingFolders: readonly AbsolutePath[];
}

/**
 * Looks at a file of a consumer. `ofService`: it may belong to the service's user, as a PIN file does. Throws
 * `consumer-file-unusable`, `consumer-file-private`, and `host-…` for a folder on the way that is somebody
 * else's.
 */
export function observePlace(
  host: Host,
  { service }: Pick<Profile, "service">,
  path: AbsolutePath,
  ofService = false,
): ObservedPlace {
  const account = host.accounts.user(service.user);
  const isInHome = path.startsWith(`${serviceHome(service, account)}/`);
  const trusts = (isInHome || ofService) && account !== undefined;
  const files = trusts ? host.files(account.uid) : host.files();
  const missingFolders = missingAbove(files, path);
  const entry = missingFolders.length > 0 ? undefined : files.entry(path);
  if (entry?.kind === "file" && isInHome) refusePrivate(path, entry, host, service.group);
  return {
    path,
    ...((isInHome || ofService) && { trusting: service.user }),
    entry,
    text: entry === undefined ? "" : textOf(files, path, entry),
    missingFolders,
  };
}

function missingAbove(files: Files, path: AbsolutePath): readonly AbsolutePath[] {
  const missing: AbsolutePath[] = [];
  for (let folder = folderOf(path); folder !== "/"; folder = folderOf(folder)) {
    if (files.entry(folder) !== undefined) break;
    missing.unshift(folder);
  }
  return missing;
}

/**
 * A private file of root's below the service's home, where its user could have moved it: writing its lines
 * into a file with other rights would disclose them.
 */
function refusePrivate(path: AbsolutePath, entry: Entry, { accounts }: Host, group: string): void {
  const isReadable =
    (entry.mode & readableByWorld) !== 0 ||
    ((entry.mode & readableByGroup) !== 0 && entry.gid === accounts.group(group)?.gid);
  if (entry.uid !== 0 || isReadable) return;
  throw new Problem("consumer-file-private", "this file is private to root, below the home of the service", {
    where: { path },
    detail: "the service user could have moved it there, and must not be given what it could not read",
    hint: "look at it as root; move it away if it is not the consumer's",
  });
}

function textOf(files: Files, path: AbsolutePath, { kind, size }: Entry): string {
  if (kind !== "file") throw unusable(path, "it is not a regular file", `it is ${article[kind]}`);
  if (size > sizeLimits.text)
    throw unusable(path, `it is over ${mebibytes(sizeLimits.text)}`, `it has ${size} bytes`);
  const bytes = files.read(path, sizeLimits.text) ?? Buffer.alloc(0);
  const text = bytes.toString("utf8");
  if (Buffer.from(text).equals(bytes)) return text;
  throw unusable(path, "it is not UTF-8 text", "bytes that are not UTF-8 would be lost");
}

function unusable(path: AbsolutePath, why: string, detail: string): Problem {
  return new Problem("consumer-file-unusable", `the consumer's file cannot be used: ${why}`, {
    where: { path },
    detail,
    hint: "give the consumer another file, or find out where this one comes from",
  });
}

/** The consumer's file cannot be edited, or would not be right after the edit. */
export function entryRefused(
  { path }: Pick<ObservedPlace, "path">,
  text: string,
  { offset, reason }: { readonly offset: number; readonly reason: string },
  isNew: boolean,
): Problem {
  return new Problem(
    "consumer-file-refused",
    isNew
      ? "with the consumer's entry in it, its program would refuse the file"
      : "the consumer's file cannot be edited",
    {
      where: { path, ...(!isNew && positionAt(text, offset)) },
      detail: reason,
      hint: isNew
        ? "correct the file or the profile; nothing was written"
        : "correct the file, then run again",
    },
  );
}
