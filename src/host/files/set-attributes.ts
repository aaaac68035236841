import { fchmodSync } from "node:fs";
import { aclOfMode, emptyAcl } from "../../formats/acl-text.js";
import { Problem } from "../../problem/problem.js";
import { findProgram } from "../commands/find-program.js";
import { askChild } from "../commands/start-child.js";
import type { Attributes, Entry, Mode } from "../host.js";
import type { AbsolutePath } from "../path.js";
import { attributePrefix, attributesOf } from "./attributes.js";
import { entryOfDescriptor } from "./descriptor.js";
import { onObserved } from "./set-rights.js";
import { trustedOwners } from "./trust.js";
import { changed, type Tree } from "./walk.js";
import { privateModes } from "../rights.js";

/** What a folder is to have, and no other attributes. */
export interface Dressed {
  readonly mode: Mode;
  readonly attributes: Attributes;
}

const timeoutMs = 10_000;
const block = 512;
/** Those that are changed and taken away by being set (acl(5)). */
export const accessList = "system.posix_acl_access";
export const defaultList = "system.posix_acl_default";

/** Attributes that only setfattr(1) can take away. */
export function needingRemoval(from: Attributes, to: Attributes): readonly string[] {
  return Object.keys(from).filter((name) => !(name in to) && name !== accessList && name !== defaultList);
}

/**
 * Gives a folder its access control lists, other extended attributes and mode, if it is the one that was
 * observed and has the attributes `from`. A list and the mode change at once: nobody may do for an instant
 * what neither the old nor the new ones allow. Throws `host-attributes-not-set`.
 */
export function setAttributesIn(
  tree: Tree,
  path: AbsolutePath,
  observed: Entry,
  from: Attributes,
  to: Dressed,
): void {
  onObserved(tree, path, observed, (fd, now) => {
    if (now.kind !== "folder") throw notSet(path, "it is not a folder");
    const found = attributesOf(fd, path);
    if (!sameAttributes(found, from))
      throw changed(path, "its extended attributes were changed since they were looked at");
    dress(fd, path, headerOf(now.mode, toSet(from, to)));
    for (const name of needingRemoval(from, to.attributes)) undress(fd, path, name);
    if (entryOfDescriptor(fd).mode !== to.mode) fchmodSync(fd, to.mode);
    const left = attributesOf(fd, path);
    if (!sameAttributes(left, to.attributes) || entryOfDescriptor(fd).mode !== to.mode)
      throw notSet(path, "the file system did not accept all of them");
  });
}

/** Whether two have the same names and values. */
export function sameAttributes(left: Attributes, right: Attributes): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

/** A list that is to go is set to one that says nothing. */
function toSet(from: Attributes, { mode, attributes }: Dressed): readonly (readonly [string, Buffer])[] {
  const gone = (name: string): boolean => name in from && !(name in attributes);
  return [
    ...Object.entries(attributes).map(([name, value]) => [name, Buffer.from(value, "base64")] as const),
    ...(gone(accessList) ? [[accessList, aclOfMode(mode)] as const] : []),
    ...(gone(defaultList) ? [[defaultList, emptyAcl] as const] : []),
  ];
}

/**
 * Node has no call for it: tar(1) of GNU takes them from an archive that holds the folder alone. The mode is
 * the folder's own, which tar leaves alone.
 */
function dress(fd: number, path: AbsolutePath, archive: Buffer): void {
  const how = ["--extract", "--file=-", "--touch", "--no-same-owner", "--xattrs", "--xattrs-include=*"];
  run(path, "tar", [...how, "--directory=/proc/self/fd/3"], fd, archive);
}

function undress(fd: number, path: AbsolutePath, name: string): void {
  run(path, "setfattr", ["--remove", name, "/proc/self/fd/3"], fd);
}

function run(path: AbsolutePath, name: string, args: readonly string[], fd: number, input?: Buffer): void {
  const program = findProgram({ root: "/", owners: trustedOwners([]) }, name);
  if (program === undefined) throw notSet(path, `there is no ${name} in the system's folders`);
  const options = { env: { LC_ALL: "C" }, timeoutMs, given: [fd], ...(input && { input }) };
  const { status, stderr } = askChild(program, args, options);
  if (status !== 0) throw notSet(path, stderr.trim().slice(0, 500) || `${name} failed`);
}

/** An archive of the folder alone, with its attributes in a header before it (pax(1)). */
function headerOf(mode: Mode, attributes: readonly (readonly [string, Buffer])[]): Buffer {
  const records = Buffer.concat(
    attributes.map(([name, value]) => record(`${attributePrefix}${name}`, value)),
  );
  const padding = Buffer.alloc((block - (records.length % block)) % block);
  const extended = tarHeader("./PaxHeaders/.", "x", records.length, privateModes.file);
  return Buffer.concat([extended, records, padding, tarHeader("./", "5", 0, mode), Buffer.alloc(2 * block)]);
}

/** `LENGTH KEY=VALUE\n`, where the length includes everything. */
function record(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from("\n")]);
  const digits = [1, 2, 3, 4, 5, 6].find((count) => String(rest.length + count).length === count) ?? 7;
  return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
}

/** A header of tar(5), ustar. */
function tarHeader(name: string, type: string, size: number, mode: Mode): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  header.write(name, 0);
  for (const [offset, value] of [
    [100, mode],
    [108, 0],
    [116, 0],
  ] as const)
    header.write(octal(value, 7), offset);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(" ".repeat(8), 148);
  header.write(type, 156);
  header.write("ustar\0" + "00", 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
    148,
  );
  return header;
}

function notSet(path: AbsolutePath, detail: string): Problem {
  return new Problem(
    "host-attributes-not-set",
    "the folder's access control lists and extended attributes cannot be set",
    {
      where: { path },
      detail,
      hint:
        "make sure that GNU tar is installed and, to remove attributes other than access control lists, " +
        "setfattr (package attr)",
    },
  );
}
