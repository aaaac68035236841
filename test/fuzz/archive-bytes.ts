import fc from "fast-check";
import { anyCharacter } from "../support/any-character.js";
import { paxHeader, tarEntry, tarOf, vendorEntries, type TarEntry } from "../support/tar-writer.js";
import { mutated, mutations } from "./mutation.js";

const top = "kNET-PKCS11-Linux-1.7.0";
const [folderEntry, installEntry, moduleEntry] = vendorEntries();

const names = fc.oneof(
  fc.constantFrom(
    ...[
      "a",
      "b",
      "A",
      "a/b",
      "a/b/c",
      "./a",
      "a//b",
      "a/",
      "a/.",
      "café",
      "cafe\u0301",
      "x".repeat(99),
      "libkNETPKCS11.so",
      "INSTALL.sh",
      "d/".repeat(20) + "f",
    ].map((name) => `${top}/${name}`),
    "./",
    ".",
    "",
    "/",
    "..",
    "../escaped",
    `${top}/../escaped`,
    "a\\..\\b",
    "C:/x",
    "C:\\x",
    "con",
    `${top}/a\u0000b`,
    `${top}/a\nb`,
    `${top}/\u202eb`,
    "//x",
    "~",
    `${top}/..`,
    `${top}/...`,
    `${top} `,
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
);
const types = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("0", "5", "2") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "1",
      "3",
      "4",
      "6",
      "7",
      "x",
      "g",
      "L",
      "K",
      "S",
      "D",
      "V",
      "M",
      "N",
      "\0",
      " ",
      "8",
      "X",
    ),
  },
);
const modes = fc.constantFrom(0o644, 0o755, 0, 0o777, 0o4755, 0o2755, 0o1777, 0o170644);
const targets = fc.constantFrom(
  "",
  "a",
  ".",
  "..",
  "../..",
  "../../escaped",
  "/dev/shm/nowhere",
  "a/../..",
  "install.sh",
  "./b",
  "//x",
);
const contents = fc.oneof(
  fc.constantFrom("", "x", "x".repeat(511), "x".repeat(512), "x".repeat(513)),
  fc.string({ unit: anyCharacter, maxLength: 600 }),
);
const paxes = fc
  .dictionary(
    fc.constantFrom(
      "path",
      "linkpath",
      "size",
      "uid",
      "mode",
      "type",
      "mtime",
      "SCHILY.xattr.x",
      "GNU.sparse.name",
      "__proto__",
      "hdrcharset",
    ),
    fc.oneof(
      names,
      targets,
      fc.constantFrom(
        "0",
        "-1",
        "1e9",
        "99999999999",
        "1e300",
        "512",
        "NaN",
        `${top}/${"n".repeat(300)}`,
        `${top}/${`${"n".repeat(250)}/`.repeat(20)}f`,
      ),
    ),
    { minKeys: 1, maxKeys: 3 },
  )
  .map((values): TarEntry => paxHeader(values));
const longs = fc
  .tuple(fc.constantFrom("L", "K"), names)
  .map(([type, name]): TarEntry => ({ name: "././@LongLink", type, content: `${name}\0` }));
const plain: fc.Arbitrary<TarEntry> = fc
  .record({
    name: names,
    type: types,
    content: contents,
    mode: modes,
    target: targets,
    uid: fc.constantFrom(0, 1000),
    size: fc.option(fc.constantFrom(0, 1, 512, 100_000, 8 ** 11 - 1), { nil: undefined, freq: 12 }),
  })
  .map(({ size, ...entry }) => ({
    ...entry,
    content: /[0\0 7SDx-]/.test(entry.type) ? entry.content : "",
    ...(size !== undefined && { size }),
  }));

const extras = fc.array(fc.oneof({ weight: 5, arbitrary: plain }, paxes, longs), { maxLength: 5 });
/** Around the vendor's shape, which is what gets past the first checks. */
const entries: fc.Arbitrary<readonly TarEntry[]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(extras, extras)
      .map(([first, last]) =>
        [...first, folderEntry, installEntry, moduleEntry, ...last].filter((entry) => entry !== undefined),
      ),
  },
  { weight: 1, arbitrary: extras },
);

/** Small names alone, which mostly pass: what they become on disk is then looked at. */
const sound = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c/d", "c/e", "f/g/h", "ü", "i/", "k/l/"),
      link: fc.boolean(),
      content: contents,
      mode: fc.constantFrom(0o644, 0o755, 0, 0o777, 0o1644),
    }),
    { selector: ({ name }) => name, maxLength: 6 },
  )
  .map((list): readonly TarEntry[] => [
    ...vendorEntries(),
    ...list.map(({ name, link, content, mode }): TarEntry => {
      if (name.endsWith("/")) return { name: `${top}/${name}`, type: "5", mode };
      return link
        ? { name: `${top}/${name}`, type: "2", target: "install.sh" }
        : { name: `${top}/${name}`, content, mode };
    }),
  ]);

type Header = readonly [entry: number, at: number, byte: number];
const headerChanges = fc.array(fc.tuple(fc.nat(6), fc.nat(511), fc.nat(255)), { minLength: 1, maxLength: 3 });

/** Bytes of headers changed, their checksums made right again: the parser believes them. */
function withHeaders(list: readonly TarEntry[], changes: readonly Header[]): Buffer {
  const blocks = list.map(tarEntry);
  for (const [which, at, byte] of changes) {
    const block = blocks[which % Math.max(1, blocks.length)];
    if (block === undefined) continue;
    block.writeUInt8(byte, at);
    block.fill(" ", 148, 156);
    block.write(
      `${block
        .subarray(0, 512)
        .reduce((sum, one) => sum + one, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
      "latin1",
    );
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const tokens = [
  "\0".repeat(512),
  "\0".repeat(1024),
  "../",
  "/",
  "\0",
  "ustar\u000000",
  "ustar  \0",
  "7777777",
  "10 path=a\n",
  "\x1f\x8b",
  "x".repeat(512),
];
const tars: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: entries.map((list) => tarOf(...list)) },
  { weight: 2, arbitrary: sound.map((list) => tarOf(...list)) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.oneof(entries, sound), headerChanges)
      .map(([list, changes]) => withHeaders(list, changes)),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.oneof(entries, sound), mutations(tokens))
      .map(([list, changes]) => mutated(tarOf(...list), changes)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(entries, entries, fc.boolean())
      .map(([one, other, whole]) =>
        Buffer.concat([whole ? tarOf(...one) : Buffer.concat(one.map(tarEntry)), tarOf(...other)]),
      ),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 1200 }).map((bytes) => Buffer.from(bytes)) },
);

export interface ArchiveBytes {
  readonly tar: Buffer;
  /** Compressed: seldom, since each one takes a process to unpack. */
  readonly gzip: boolean;
}

export const archives: fc.Arbitrary<ArchiveBytes> = fc.record({
  tar: tars,
  gzip: fc.integer({ min: 0, max: 99 }).map((n) => n === 99),
});
