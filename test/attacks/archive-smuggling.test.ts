import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { crc32, gzipSync } from "node:zlib";
import { test } from "tap";
import { extractArchive } from "../../src/host/archive/extract-archive.js";
import { openArchive } from "../../src/host/archive/open-archive.js";
import { asAbsolutePath } from "../../src/host/path.js";
import { Problem, Problems } from "../../src/problem/problem.js";
import { race, raceLine } from "../support/race.js";
import { scratch, serviceUid } from "../support/scratch.js";
import { paxHeader, tarEntry, tarOf, vendorEntries } from "../support/tar-writer.js";
import type { TarEntry } from "../support/tar-writer.js";

const top = "kNET-PKCS11-Linux-1.7.0";
const commands = { find: (program: string) => asAbsolutePath(`/usr/bin/${program}`) };
const withEntries = (...extra: TarEntry[]): Buffer => tarOf(...vendorEntries(), ...extra);
const longName = (path: string): TarEntry => ({ name: "././@LongLink", type: "L", content: `${path}\0` });
const longTarget = (path: string): TarEntry => ({ name: "././@LongLink", type: "K", content: `${path}\0` });

interface TestFolder {
  testdir(content: Record<string, never>): string;
}

/**
 * Opens and unpacks the bytes; the code of the Problem it ends with, or the names and contents that came out.
 */
async function unpacked(t: TestFolder, bytes: Buffer): Promise<string | Readonly<Record<string, string>>> {
  const folder = t.testdir({});
  mkdirSync(join(folder, "work"), { mode: 0o700 });
  writeFileSync(join(folder, `${top}.tar`), bytes);
  try {
    const opened = await openArchive(join(folder, `${top}.tar`), { folder: join(folder, "work"), commands });
    const out = join(folder, "work/out");
    extractArchive(opened, out, "a.tar");
    const names = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((name) =>
      statSync(join(out, name)).isFile(),
    );
    return Object.fromEntries(
      names.map((name) => [name, readFileSync(join(out, name), "latin1").slice(0, 20)]),
    );
  } catch (error) {
    const problem = error instanceof Problems ? error.list[0] : error;
    if (!(problem instanceof Problem)) throw error;
    if (!("hint" in problem) || problem.where?.path === undefined)
      throw new Error(`${problem.code} does not say where or what to do`, { cause: error });
    return problem.code;
  }
}

const negative = Buffer.alloc(12, 0xff);
const huge = Buffer.from("80007fffffffffffffffffff", "hex");

const refused: readonly [danger: string, code: string, bytes: Buffer][] = [
  [
    "23: ../ by GNU's long name",
    "archive-path-escape",
    withEntries(longName(`${top}/../../etc/cron.d/x`), { name: "innocent" }),
  ],
  [
    "23: ../ by an extended header after GNU's long name",
    "archive-path-escape",
    withEntries(longName("innocent"), paxHeader({ path: "../x" }), { name: "innocent" }),
  ],
  ["23: .. alone as a name", "archive-path-escape", withEntries({ name: "..", type: "5" })],
  [
    "24: an absolute path by GNU's long name",
    "archive-path-absolute",
    withEntries(longName("/etc/shadow"), { name: "innocent" }),
  ],
  [
    "24: an absolute path by ustar's prefix",
    "archive-path-absolute",
    withEntries({ name: "shadow", prefix: "/etc" }),
  ],
  [
    "25: a link's target by GNU's long link",
    "archive-link-escape",
    withEntries(longTarget("/etc/shadow"), { name: `${top}/l`, type: "2", target: "install.sh" }),
  ],
  [
    "25: a link's target by an extended header",
    "archive-link-escape",
    withEntries(paxHeader({ linkpath: "/etc/shadow" }), {
      name: `${top}/l`,
      type: "2",
      target: "install.sh",
    }),
  ],
  [
    "25: a target for all that comes after, by a global header",
    "archive-corrupt",
    tarOf(paxHeader({ linkpath: "/etc/shadow" }, "g"), ...vendorEntries()),
  ],
  [
    "25: a target for a file, by an extended header",
    "archive-corrupt",
    withEntries(paxHeader({ linkpath: "/etc/shadow" }), { name: `${top}/f` }),
  ],
  [
    "25: a link into /proc",
    "archive-link-escape",
    withEntries({ name: `${top}/l`, type: "2", target: "/proc/self/root/etc" }),
  ],
  [
    "27: a folder that is replaced by a link once something lies in it",
    "archive-duplicate",
    withEntries(
      { name: `${top}/d/`, type: "5" },
      { name: `${top}/d/f` },
      { name: `${top}/d`, type: "2", target: "." },
    ),
  ],
  [
    "27: a link that is replaced by a folder",
    "archive-duplicate",
    withEntries({ name: `${top}/d`, type: "2", target: "." }, { name: `${top}/d/`, type: "5" }),
  ],
  [
    "27: a link to a link that stays inside, and a file through both",
    "archive-duplicate",
    withEntries(
      { name: `${top}/a`, type: "2", target: "b" },
      { name: `${top}/b`, type: "2", target: "." },
      { name: `${top}/a/f` },
    ),
  ],
  ["28: a block device", "archive-special-file", withEntries({ name: `${top}/sda`, type: "4" })],
  [
    "28: GNU's sparse file",
    "archive-special-file",
    withEntries({ name: `${top}/sparse`, type: "S", content: "x" }),
  ],
  [
    "28: a sparse file by an extended header",
    "archive-special-file",
    withEntries(
      paxHeader({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": `${top}/x` }),
      { name: `${top}/GNUSparseFile.1/x`, content: "1\n0\n5\n" },
    ),
  ],
  ["28: a volume's label", "archive-special-file", withEntries({ name: "label", type: "V" })],
  [
    "28: a file that goes on from another volume",
    "archive-special-file",
    withEntries({ name: `${top}/part`, type: "M", content: "x" }),
  ],
  ["28: a type that nobody knows", "archive-special-file", withEntries({ name: `${top}/x`, type: "Z" })],
  [
    "29: a setuid install.sh",
    "archive-setuid",
    tarOf(
      ...vendorEntries().map((entry) =>
        entry.name === `${top}/install.sh` ? { ...entry, mode: 0o6755 } : entry,
      ),
    ),
  ],
  [
    "31: install.sh a second time, by GNU's long name",
    "archive-duplicate",
    withEntries(longName(`${top}/install.sh`), { name: "innocent", content: "evil" }),
  ],
  [
    "31: install.sh a second time, by ustar's prefix",
    "archive-duplicate",
    withEntries({ name: "install.sh", prefix: top, content: "evil" }),
  ],
  [
    "32: a ligature that some file systems take for two letters",
    "archive-duplicate",
    withEntries({ name: `${top}/ﬁle` }, { name: `${top}/file` }),
  ],
  [
    "33: a long name that is not UTF-8",
    "archive-name-invalid",
    withEntries(
      { name: "././@LongLink", type: "L", content: Buffer.from(`${top}/\xff\xfe\0`, "latin1") },
      { name: "innocent" },
    ),
  ],
  ["34: a name that ends in a line break", "archive-name-invalid", withEntries({ name: `${top}/config\n` })],
  [
    "34: a name that turns the writing around",
    "archive-name-invalid",
    withEntries({ name: `${top}/txt.\u202ehs` }),
  ],
  [
    "34: a carriage return in a link's target",
    "archive-name-invalid",
    withEntries({ name: `${top}/l`, type: "2", target: "install.sh\r" }),
  ],
  [
    "36: a name of 256 bytes",
    "archive-name-invalid",
    withEntries(longName(`${top}/${"n".repeat(256)}`), { name: "innocent" }),
  ],
  [
    "36: a path of 5,000 bytes",
    "archive-name-invalid",
    withEntries(longName(`${top}/${"nnnnnnnnnn/".repeat(450)}f`), { name: "innocent" }),
  ],
  [
    "36: an extended header of 2 MiB",
    "archive-corrupt",
    withEntries(paxHeader({ comment: "c".repeat(2 * 1024 ** 2) }), { name: `${top}/f` }),
  ],
  [
    "38: a negative size",
    "archive-name-invalid|archive-corrupt|archive-truncated|archive-duplicate",
    withEntries({ name: `${top}/f`, size: negative, content: "x" }),
  ],
  ["38: a size beyond all bounds", "archive-corrupt", withEntries({ name: `${top}/f`, size: huge })],
  [
    "38: a size of 8 GiB, by an extended header",
    "archive-truncated",
    withEntries(paxHeader({ size: "8589934592" }), { name: `${top}/f` }),
  ],
  [
    "38: a size that hides the entries after it, by a global header",
    "archive-truncated|archive-trailing-bytes|archive-no-library|archive-no-installer|archive-corrupt",
    tarOf(paxHeader({ size: "99999999" }, "g"), ...vendorEntries()),
  ],
  [
    "38: a tar after the end of the tar",
    "archive-trailing-bytes",
    Buffer.concat([withEntries(), withEntries({ name: `${top}/evil` })]),
  ],
  [
    "38: a second gzip member with a tar of its own",
    "archive-trailing-bytes",
    Buffer.concat([gzipSync(withEntries()), gzipSync(withEntries({ name: `${top}/evil` }))]),
  ],
  [
    "38: a second gzip member that is damaged",
    "archive-trailing-bytes|archive-corrupt|archive-truncated",
    Buffer.concat([gzipSync(withEntries()), gzipSync(Buffer.alloc(512)).subarray(0, 12)]),
  ],
  ["37: an xz bomb", "archive-bomb", xz(Buffer.alloc(64 * 1024 ** 2))],
  ["37: xz in gzip", "archive-not-tar", gzipSync(xz(withEntries()))],
  ["37: an xz file that asks for 4 GiB of memory", "archive-bomb", greedy(xz(withEntries()))],
  [
    "37: many gzip members, each small",
    "archive-bomb",
    Buffer.concat(Array.from({ length: 300 }, () => gzipSync(Buffer.alloc(1024 ** 2)))),
  ],
];

function xz(bytes: Buffer): Buffer {
  return execFileSync("xz", ["-c"], { input: bytes, maxBuffer: 1 << 28 });
}

/** The first block's header says that its dictionary has 4 GiB (The .xz File Format, 3.1 and 5.3.1). */
function greedy(packed: Buffer): Buffer {
  const bytes = Buffer.from(packed);
  const [start, length] = [12, (bytes.readUInt8(12) + 1) * 4];
  const property = bytes.indexOf(Buffer.from([0x21, 0x01]), start) + 2;
  bytes.writeUInt8(40, property);
  bytes.writeUInt32LE(crc32(bytes.subarray(start, start + length - 4)), start + length - 4);
  return bytes;
}

for (const [danger, code, bytes] of refused) {
  test(danger.replace(":", ": refused:"), async (t) => {
    const outcome = await unpacked(t, bytes);
    t.ok(typeof outcome === "string" && code.split("|").includes(outcome), JSON.stringify(outcome));
  });
}

test("30, 31: a global header cannot rename what comes after it, nor give it away", async (t) => {
  const outcome = await unpacked(
    t,
    tarOf(
      paxHeader({ path: "/etc/shadow", uid: "1000", gid: "1000", mode: "4777" }, "g"),
      ...vendorEntries(),
    ),
  );
  t.same(Object.keys(outcome).sort(), [`${top}/install.sh`, `${top}/libkNETPKCS11.so`]);
});

test("36: a name of 255 bytes in a path that fits comes out whole", async (t) => {
  const name = `${top}/${"n".repeat(255)}`;
  t.equal(
    Object.entries(
      await unpacked(t, withEntries(longName(name), { name: "innocent", content: "whole" })),
    ).find(([key]) => key === name)?.[1],
    "whole",
  );
});

test("38: gzip members that make one tar together are one archive", async (t) => {
  const bytes = withEntries({ name: `${top}/f`, content: "whole" });
  const outcome = await unpacked(
    t,
    Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))]),
  );
  t.match(outcome, { [`${top}/f`]: "whole" });
});

test("38: cut off at any block, or any header byte changed: a problem, or the same files", async (t) => {
  const bytes = tarOf(...vendorEntries(), { name: `${top}/l`, type: "2", target: "install.sh" });
  const whole = await unpacked(t, bytes);
  for (let length = 512; length < bytes.length - 512; length += 512)
    t.type(await unpacked(t, bytes.subarray(0, length)), "string", `${length} bytes`);
  for (let at = 0; at < 2048; at += 7) {
    const copy = Buffer.from(bytes);
    copy.writeUInt8(copy.readUInt8(at) ^ 0x41, at);
    const outcome = await unpacked(t, copy);
    if (typeof outcome !== "string") t.same(Object.keys(outcome), Object.keys(whole), `byte ${at}`);
  }
});

test("39: a tar of one folder and nothing else", async (t) => {
  t.equal(
    await unpacked(t, Buffer.concat([tarEntry({ name: `${top}/`, type: "5" }), Buffer.alloc(1024)])),
    "archive-no-installer",
  );
});

test("40: an archive that is swapped all the time is the pinned one, whole, or refused", async (t) => {
  const { folder, mkdir, file } = scratch(t);
  mkdir("media", { uid: serviceUid });
  const good = withEntries({ name: `${top}/good`, content: "good".repeat(50_000) });
  file("media/a.tar", good.toString("latin1"));
  writeFileSync(`${folder}/media/a.tar`, good);
  writeFileSync(
    `${folder}/media/b.tar`,
    withEntries({ name: `${top}/evil`, content: "evil".repeat(50_000) }),
  );
  const sha256 = createHash("sha256").update(good).digest("hex");
  let count = 0;
  const result = await race({
    attacks: [{ way: "swap", name: `${folder}/media/a.tar`, other: `${folder}/media/b.tar` }],
    uid: serviceUid,
    tries: 200,
    until: ({ tries, refused }) => refused > 0 && refused < tries,
    victim: () => "",
    work: async () => {
      const work = mkdir(`work/${count++}`, { mode: 0o700 });
      const opened = await openArchive(`${folder}/media/a.tar`, { folder: work, commands, sha256 });
      extractArchive(opened, join(work, "out"), "a.tar");
      t.equal(readFileSync(join(work, "out", top, "good"), "utf8"), "good".repeat(50_000));
      t.notOk(existsSync(join(work, "out", top, "evil")));
    },
  });
  t.comment(raceLine(result));
  t.same(
    result.met.map(({ problem }) => problem.code),
    ["archive-checksum"],
  );
});

test("40: an archive that is a link is read once, wherever the link leads later", async (t) => {
  const folder = t.testdir({
    work: {},
    "good.tar": withEntries(),
    "evil.tar": withEntries({ name: `${top}/evil` }),
  });
  symlinkSync("good.tar", join(folder, "a.tar"));
  const opened = await openArchive(join(folder, "a.tar"), { folder: join(folder, "work"), commands });
  execFileSync("ln", ["-sfn", "evil.tar", join(folder, "a.tar")]);
  extractArchive(opened, join(folder, "work/out"), "a.tar");
  t.notOk(existsSync(join(folder, "work/out", top, "evil")));
});
