import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "tap";
import { openArchive } from "../../src/host/archive/open-archive.js";
import type { OpenedArchive } from "../../src/host/archive/open-archive.js";
import { asAbsolutePath } from "../../src/host/path.js";
import { Problem, Problems } from "../../src/problem/problem.js";
import { paxHeader, tarEntry, tarOf, vendorEntries } from "../support/tar-writer.js";
import type { TarEntry } from "../support/tar-writer.js";

const top = "kNET-PKCS11-Linux-1.7.0";
const commands = { find: (program: string) => asAbsolutePath(`/usr/bin/${program}`) };
let count = 0;

/** What the helpers need of a test. */
interface TestFolder {
  testdir(content: Record<string, never>): string;
  ok(value: boolean, message: string): unknown;
}

/** Writes the bytes as an archive and opens it; a Problem comes back as a value. */
async function opened(
  t: TestFolder,
  bytes: Buffer,
  name = `${top}.tar`,
  sha256?: string,
): Promise<OpenedArchive | readonly Problem[]> {
  const folder = join(t.testdir({}), String(count++));
  mkdirSync(folder, { recursive: true });
  const archive = join(folder, name);
  writeFileSync(archive, bytes);
  const work = join(folder, "work");
  mkdirSync(work, { mode: 0o700 });
  try {
    return await openArchive(archive, { folder: work, commands, sha256 });
  } catch (error) {
    if (error instanceof Problems) return error.list;
    if (error instanceof Problem) return [error];
    throw error;
  } finally {
    t.ok(
      readdirSync(work).every((entry) => entry === "archive" || entry === "archive.tar"),
      "nothing was extracted",
    );
  }
}

async function refusal(t: TestFolder, bytes: Buffer): Promise<Problem> {
  const result = await opened(t, bytes);
  if (!Array.isArray(result)) throw new Error("the archive was accepted");
  return result[0] as Problem;
}

const vendor = vendorEntries();
const withEntries = (...extra: TarEntry[]): Buffer => tarOf(...vendor, ...extra);

const cases: readonly [danger: string, code: string, named: string, bytes: Buffer][] = [
  [
    "23: an entry named ../",
    "archive-path-escape",
    "../../etc/cron.d/x",
    withEntries({ name: `${top}/../../etc/cron.d/x` }),
  ],
  ["24: an absolute entry", "archive-path-absolute", "/etc/cron.d/x", withEntries({ name: "/etc/cron.d/x" })],
  [
    "24: an absolute entry by extended header",
    "archive-path-absolute",
    "/etc/shadow",
    withEntries(paxHeader({ path: "/etc/shadow" }), { name: "innocent" }),
  ],
  [
    "25: a link to the outside",
    "archive-link-escape",
    "/etc",
    withEntries({ name: `${top}/lib`, type: "2", target: "/etc" }),
  ],
  [
    "25: a link up and out",
    "archive-link-escape",
    "../../etc",
    withEntries({ name: `${top}/lib`, type: "2", target: "../../etc" }),
  ],
  [
    "26: a hard link to the outside",
    "archive-hard-link",
    "/etc/shadow",
    withEntries({ name: `${top}/hard`, type: "1", target: "/etc/shadow" }),
  ],
  [
    "26: a hard link inside",
    "archive-hard-link",
    "install.sh",
    withEntries({ name: `${top}/hard`, type: "1", target: `${top}/install.sh` }),
  ],
  [
    "27: a chain of links that leaves by ..",
    "archive-link-escape",
    "a/b/up/../out",
    withEntries(
      { name: `${top}/a/b/up`, type: "2", target: "../.." },
      { name: `${top}/leave`, type: "2", target: "a/b/up/../out" },
    ),
  ],
  [
    "27: a file below a link",
    "archive-duplicate",
    "lies below",
    withEntries({ name: `${top}/l`, type: "2", target: "." }, { name: `${top}/l/file` }),
  ],
  [
    "28: a device",
    "archive-special-file",
    "CharacterDevice",
    withEntries({ name: `${top}/null`, type: "3" }),
  ],
  ["28: a FIFO", "archive-special-file", "FIFO", withEntries({ name: `${top}/pipe`, type: "6" })],
  ["29: a setuid program", "archive-setuid", "4755", withEntries({ name: `${top}/su`, mode: 0o4755 })],
  [
    "29: a setgid folder",
    "archive-setuid",
    "2755",
    withEntries({ name: `${top}/sub/`, type: "5", mode: 0o2755 }),
  ],
  ["31: a name twice", "archive-duplicate", "twice", withEntries({ name: `${top}/libkNETPKCS11.so` })],
  [
    "31: a name twice, once with ./",
    "archive-duplicate",
    "twice",
    withEntries({ name: `./${top}//libkNETPKCS11.so` }),
  ],
  [
    "32: names that differ in case",
    "archive-duplicate",
    "INSTALL.sh",
    withEntries({ name: `${top}/INSTALL.sh` }),
  ],
  [
    "32: names that differ in Unicode form",
    "archive-duplicate",
    "caf",
    withEntries({ name: `${top}/caf\u00e9` }, { name: `${top}/cafe\u0301` }),
  ],
  [
    "32: folders that differ in case",
    "archive-duplicate",
    "DOC",
    withEntries({ name: `${top}/doc/a` }, { name: `${top}/DOC/b` }),
  ],
  [
    "33: a name that is not UTF-8",
    "archive-name-invalid",
    "\\ufffd",
    withEntries({ name: Buffer.from(`${top}/caf\xe9`, "latin1") }),
  ],
  [
    "34: a terminal escape in a name",
    "archive-name-invalid",
    "\\u001b",
    withEntries({ name: `${top}/\u001b[2J` }),
  ],
  ["34: a line break in a name", "archive-name-invalid", "\\n", withEntries({ name: `${top}/a\nb` })],
  [
    "36: a deep path",
    "archive-path-too-deep",
    "levels",
    withEntries(paxHeader({ path: `${"d/".repeat(500)}f` }), { name: "deep" }),
  ],
  [
    "35: 20,000 entries",
    "archive-too-many-entries",
    "10000",
    withEntries(...Array.from({ length: 20_000 }, (_, index) => ({ name: `${top}/${index}` }))),
  ],
  [
    "38: a damaged header",
    "archive-corrupt",
    "checksum",
    Buffer.concat([tarEntry(vendor[0]!), Buffer.alloc(512, "x"), Buffer.alloc(1024)]),
  ],
  ["38: no end mark", "archive-truncated", "end mark", Buffer.concat(vendor.map(tarEntry))],
  [
    "38: cut inside a file",
    "archive-truncated",
    "end mark",
    tarOf(...vendorEntries({ module: Buffer.alloc(5000) })).subarray(0, 4096),
  ],
  [
    "38: bytes after the end",
    "archive-trailing-bytes",
    "zeros",
    Buffer.concat([withEntries(), Buffer.alloc(512, "#!/bin/sh\n")]),
  ],
  ["39: an empty file", "archive-empty", "", Buffer.alloc(0)],
  [
    "39: a web page",
    "archive-not-tar",
    "web page",
    Buffer.from(`\n<!DOCTYPE html><html><body>${"Please log in. ".repeat(60)}</body></html>`),
  ],
  ["39: text", "archive-not-tar", "it is a text file", Buffer.from("hello".repeat(200))],
  [
    "39: a zip archive",
    "archive-not-tar",
    "zip",
    Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(2000)]),
  ],
  ["39: only zeros", "archive-no-installer", "nothing at all", Buffer.alloc(10_240)],
  ["39: no install.sh", "archive-no-installer", "libkNETPKCS11.so", tarOf(vendor[0]!, vendor[2]!)],
  [
    "39: an install.sh that is a link",
    "archive-no-installer",
    "link",
    tarOf(vendor[0]!, vendor[2]!, { name: `${top}/install.sh`, type: "2", target: "libkNETPKCS11.so" }),
  ],
  [
    "31: two install.sh",
    "archive-many-installers",
    "other/install.sh",
    withEntries({ name: `${top}/other/install.sh` }),
  ],
  ["39: no module", "archive-no-library", "install.sh", tarOf(vendor[0]!, vendor[1]!)],
  ["37: a gzip bomb", "archive-bomb", "unpack", gzipSync(Buffer.alloc(64 * 1024 ** 2))],
  ["38: a cut gzip", "archive-truncated", "unexpected end", gzipSync(withEntries()).subarray(0, -12)],
  ["38: a damaged gzip", "archive-corrupt", "crc", damaged(gzipSync(withEntries()))],
  [
    "38: bytes after the gzip",
    "archive-trailing-bytes",
    "trailing",
    Buffer.concat([gzipSync(withEntries()), Buffer.from("tail")]),
  ],
  ["37: gzip in gzip", "archive-not-tar", "twice", gzipSync(gzipSync(withEntries()))],
  ["38: a cut xz", "archive-truncated", "nexpected end", xz(withEntries()).subarray(0, -20)],
];

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - 8) ^ 1, copy.length - 8);
  return copy;
}

function xz(bytes: Buffer): Buffer {
  return execFileSync("xz", ["-c"], { input: bytes });
}

for (const [danger, code, named, bytes] of cases) {
  test(danger.replace(":", ": refused:"), async (t) => {
    const problem = await refusal(t, bytes);
    t.equal(problem.code, code, problem.detail ?? "");
    t.match(problem.detail ?? "", named);
    t.notMatch(JSON.stringify(problem), /\u001b/, "nothing of it reaches the terminal raw");
    t.ok(problem.where?.path.endsWith(".tar"));
  });
}

test("all refused entries are told at once", async (t) => {
  const result = await opened(t, withEntries({ name: "/abs" }, { name: `${top}/su`, mode: 0o4755 }));
  t.same(Array.isArray(result) && result.map(({ code }: Problem) => code), [
    "archive-path-absolute",
    "archive-setuid",
  ]);
});

test("the pinned SHA-256 does not match: both are shown", async (t) => {
  const bytes = withEntries();
  const result = await opened(t, bytes, `${top}.tar`, "0".repeat(64));
  const [problem] = result as Problem[];
  t.equal(problem?.code, "archive-checksum");
  t.match(String(problem?.detail), "0".repeat(64));
  t.match(String(problem?.detail), createHash("sha256").update(bytes).digest("hex"));
});

test("what is inspected is the copy: the archive replaced after the hashing changes nothing", async (t) => {
  const folder = t.testdir({ archive: withEntries(), work: {} });
  const result = await openArchive(join(folder, "archive"), { folder: join(folder, "work"), commands });
  writeFileSync(join(folder, "archive"), withEntries({ name: `${top}/evil` }));
  t.notOk(result.entries.some(({ path }) => path.endsWith("evil")));
  t.notSame(result.tar, join(folder, "archive"));
});

test("what is no file at all", async (t) => {
  const folder = t.testdir({ work: {}, folder: {} });
  const code = async (name: string): Promise<string | undefined> => {
    try {
      await openArchive(join(folder, name), { folder: join(folder, "work"), commands });
      return undefined;
    } catch (error) {
      return error instanceof Problem ? error.code : String(error);
    }
  };
  execFileSync("mkfifo", [join(folder, "fifo")]);
  symlinkSync("nowhere", join(folder, "dangling"));
  t.equal(await code("missing"), "archive-missing");
  t.equal(await code("dangling"), "archive-missing");
  t.equal(await code("folder"), "archive-not-a-file");
  t.equal(await code("fifo"), "archive-not-a-file");
});

test("the vendor's shape is accepted, packed in any of three ways", async (t) => {
  const tar = tarOf(
    ...vendorEntries({ top: "renamed" }),
    { name: "renamed/libx.so", type: "2", target: "libkNETPKCS11.so" },
    { name: "renamed/foreign", uid: 1000 },
  );
  for (const [bytes, name] of [
    [tar, `${top}.tar`],
    [gzipSync(tar), `${top}.tar.gz`],
    [xz(tar), `${top}.tar.xz`],
  ] as const) {
    const result = await opened(t, bytes, name);
    if (!("installer" in result)) throw new Error(`refused: ${result[0]?.detail ?? ""}`);
    t.equal(result.installer, "renamed/install.sh");
    t.same(result.modules, ["renamed/libkNETPKCS11.so"]);
    t.equal(result.version, "1.7.0");
    t.equal(result.sha256, createHash("sha256").update(bytes).digest("hex"));
    t.notOk(existsSync("renamed"));
  }
});

test("install.sh at the top level; the version is the archive's name's, or unknown", async (t) => {
  const result = await opened(t, tarOf({ name: "install.sh" }, { name: "libkNETPKCS11.so" }), "client.tar");
  if (!("installer" in result)) throw new Error("refused");
  t.equal(result.installer, "install.sh");
  t.equal(result.version, "unknown");
});
