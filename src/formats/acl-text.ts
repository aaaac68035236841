const version = 2;
const headerBytes = 4;
const entryBytes = 8;

/** By the tags of linux/posix_acl.h; those that name nobody have no number. */
const tags: ReadonlyMap<number, { readonly word: string; readonly isNamed?: true }> = new Map([
  [0x01, { word: "user" }],
  [0x02, { word: "user", isNamed: true }],
  [0x04, { word: "group" }],
  [0x08, { word: "group", isNamed: true }],
  [0x10, { word: "mask" }],
  [0x20, { word: "other" }],
]);

/**
 * An access control list as setfacl(1) takes it: "user::rwx,user:1000:r-x,…", with ids for names. The bytes
 * are those of `posix_acl_xattr_header` in linux/posix_acl_xattr.h and its entries, all little-endian.
 * Undefined where they are not.
 */
export function aclText(bytes: Buffer): string | undefined {
  const count = (bytes.length - headerBytes) / entryBytes;
  if (!Number.isInteger(count) || count < 0 || bytes.readUInt32LE(0) !== version) return undefined;
  const entries = Array.from({ length: count }, (_, number) => {
    const at = headerBytes + number * entryBytes;
    const tag = tags.get(bytes.readUInt16LE(at));
    const allowed = bytes.readUInt16LE(at + 2);
    const rights = ["r", "w", "x"].map((letter, bit) => ((allowed << bit) & 4 ? letter : "-")).join("");
    return tag && `${tag.word}:${tag.isNamed ? bytes.readUInt32LE(at + 4) : ""}:${rights}`;
  });
  return entries.includes(undefined) ? undefined : entries.join(",");
}

/** The list that says no more than a mode does; the kernel keeps it as the mode alone. */
export function aclOfMode(mode: number): Buffer {
  const bytes = Buffer.alloc(headerBytes + 3 * entryBytes);
  bytes.writeUInt32LE(version, 0);
  [0x01, 0x04, 0x20].forEach((tag, number) => {
    const at = headerBytes + number * entryBytes;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE((mode >> (6 - 3 * number)) & 7, at + 2);
    bytes.writeUInt32LE(0xffff_ffff, at + 4);
  });
  return bytes;
}

/** The list without an entry: setting it removes a folder's default list. */
export const emptyAcl: Buffer = Buffer.from([version, 0, 0, 0]);
