import { Problem } from "../../problem/problem.js";
import { errorCode } from "../../problem/thrown.js";
import { findProgram } from "../commands/find-program.js";
import { askChild } from "../commands/start-child.js";
import type { Attributes } from "../host.js";
import { folderOf, nameOf, type AbsolutePath } from "../path.js";
import { at, entryAt, walkFlags, withDescriptor } from "./descriptor.js";
import { withFileAt } from "./look.js";
import { trustedOwners } from "./trust.js";
import { withFolder, type Tree } from "./walk.js";

const timeoutMs = 10_000;
const blockBytes = 512;
/** Before the name of an attribute, in a header of pax(1) as tar of GNU writes it. */
export const attributePrefix = "SCHILY.xattr.";
/**
 * Attributes that are not the file's own: its label in the system's policy (selinux(8)), and those of
 * overlayfs.
 */
const notItsOwn = /^(security\.selinux$|trusted\.overlay\.)/;

/** Extended attributes of a regular file or a folder; undefined when it is missing. */
export function attributesIn(tree: Tree, path: AbsolutePath): Attributes | undefined {
  return withFolder(tree, folderOf(path), "look", (folder) =>
    entryAt(folder.fd, nameOf(path))?.kind === "folder"
      ? withDescriptor(at(folder.fd, nameOf(path)), walkFlags, (fd) => attributesOf(fd, path))
      : withFileAt(tree, folder, nameOf(path), (fd) => attributesOf(fd, path)),
  );
}

/**
 * Extended attributes of an open file or folder. Node has no call for them; tar(1) of GNU writes them before
 * the content, in a header of its own (pax(1)), and is ended when more than that has come. Throws
 * `host-attributes-unknown`.
 */
export function attributesOf(fd: number, path: AbsolutePath): Attributes {
  const program = findProgram({ root: "/", owners: trustedOwners([]) }, "tar");
  if (program === undefined) throw unknown(path, "there is no tar in the system's folders");
  const args = [
    "--create",
    "--file=-",
    "--format=posix",
    "--dereference",
    "--absolute-names",
    "--no-recursion",
  ];
  const { status, error, stdout, stderr } = askChild(
    program,
    [...args, "--xattrs", "--xattrs-include=*", "/proc/self/fd/3"],
    { env: { LC_ALL: "C" }, timeoutMs, given: [fd], encoding: "latin1" },
  );
  // tar was going on to write the content, which is not wanted
  const isCut = errorCode(error) === "ENOBUFS";
  // 1: the file's content or number of names changed meanwhile; its attributes were reported before that
  if (status === 0 || status === 1 || isCut) return parseAttributes(Buffer.from(stdout, "latin1"));
  throw unknown(
    path,
    stderr.trim().slice(0, 500) || `tar could not be run: ${errorCode(error) ?? "it failed"}`,
  );
}

/** The attributes that the first file of a tar has. Pure. */
export function parseAttributes(tar: Buffer): Attributes {
  if (tar.subarray(156, 157).toString("latin1") !== "x") return {};
  const size = Number.parseInt(tar.subarray(124, 136).toString("latin1"), 8);
  return attributesAmong(paxRecords(tar.subarray(blockBytes, blockBytes + size)));
}

/** The extended attributes in a file's header of pax(1), those apart that are not its own. Pure. */
export function attributesAmong(records: readonly PaxRecord[]): Attributes {
  const found = records.flatMap(([key, value]) => {
    const name = key.slice(attributePrefix.length);
    return key.startsWith(attributePrefix) && !notItsOwn.test(name)
      ? [[name, value.toString("base64")] as const]
      : [];
  });
  return Object.fromEntries(found.sort(([left], [right]) => (left < right ? -1 : 1)));
}

export type PaxRecord = readonly [key: string, value: Buffer];

/** Each is `LENGTH KEY=VALUE\n`, where the length includes everything, and the value may contain any byte. */
export function paxRecords(header: Buffer): readonly PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let start = 0; start < header.length;) {
    const blank = header.indexOf(" ", start);
    const length = Number.parseInt(header.subarray(start, blank).toString("latin1"), 10);
    const equals = header.indexOf("=", blank);
    if (blank < 0 || equals < 0 || !(length > 0)) return records;
    records.push([
      header.subarray(blank + 1, equals).toString("utf8"),
      header.subarray(equals + 1, start + length - 1),
    ]);
    start += length;
  }
  return records;
}

function unknown(path: AbsolutePath, detail: string): Problem {
  return new Problem("host-attributes-unknown", "the file's extended attributes cannot be determined", {
    where: { path },
    detail,
    hint: "make sure that GNU tar is installed; getfattr -d -m - shows what the file has",
  });
}
