import { lstatSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import type { Test } from "tap";
import { extractArchive } from "../../../src/host/archive/extract-archive.js";
import { openArchive } from "../../../src/host/archive/open-archive.js";
import { Problem } from "../../../src/problem/problem.js";
import { paxHeader, tarOf, vendorEntries, type TarEntry } from "../../support/tar-writer.js";

// found by `npm run fuzz -- archive`

const top = "kNET-PKCS11-Linux-1.7.0";
const vendor = vendorEntries();

function written(t: Test, entries: readonly TarEntry[]): string {
  const folder = t.testdir({ work: {} });
  writeFileSync(join(folder, "a.tar"), tarOf(...entries));
  mkdirSync(join(folder, "out"));
  return folder;
}

function opened(folder: string) {
  return openArchive(join(folder, "a.tar"), {
    folder: join(folder, "work"),
    commands: { find: () => undefined },
  });
}

async function extracted(t: Test, ...entries: readonly TarEntry[]): Promise<string> {
  const folder = written(t, entries);
  extractArchive(await opened(folder), join(folder, "out", "x"), "a.tar");
  return join(folder, "out", "x", top);
}

async function refusal(t: Test, ...entries: readonly TarEntry[]): Promise<string | undefined> {
  try {
    await extracted(t, ...entries);
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
}

test("a link whose target bears its own name does not stop the program for ever", async (t) => {
  const out = await extracted(t, ...vendor, { name: `${top}/l`, type: "2", target: `${top}/l/x` });
  t.ok(lstatSync(join(out, "l")).isSymbolicLink());
  t.same(readdirSync(out).sort(), ["install.sh", "l", "libkNETPKCS11.so"]);
});

test("a link whose target is called like a folder it lies in does not either", async (t) => {
  t.ok(
    lstatSync(
      join(await extracted(t, ...vendor, { name: `${top}/l`, type: "2", target: top }), "l"),
    ).isSymbolicLink(),
  );
});

test("a folder that names a target below itself is refused, and the program goes on", async (t) => {
  t.equal(await refusal(t, paxHeader({ linkpath: `${top}/a` }), ...vendor), "archive-corrupt");
});

test("a time that no file system takes is no reason to fail", async (t) => {
  for (const mtime of ["1e300", "NaN", "9007199254740993"]) {
    t.ok(
      lstatSync(
        join(await extracted(t, ...vendor, paxHeader({ mtime }), { name: `${top}/f` }), "f"),
      ).isFile(),
      mtime,
    );
  }
});

test("a path longer than any file system takes is refused before anything is unpacked", async (t) => {
  t.equal(
    await refusal(t, ...vendor, paxHeader({ path: `${top}/${`${"n".repeat(250)}/`.repeat(20)}f` }), {
      name: "long",
    }),
    "archive-name-invalid",
  );
});

test("a path with a drive's letter is absolute", async (t) => {
  t.equal(await refusal(t, ...vendor, { name: "C:/x" }), "archive-path-absolute");
  t.equal(await refusal(t, ...vendor, { name: `${top}/l`, type: "2", target: "C:x" }), "archive-link-escape");
});

test(
  "a backslash, which tar takes for a slash here and for a letter there, is refused before anything is " +
    "unpacked",
  async (t) => {
    for (const name of ["a\\..\\b", "\\NET", `${top}/a\\b`, "\\\\host\\share\\x"])
      t.equal(await refusal(t, ...vendor, { name }), "archive-name-invalid", name);
    t.equal(
      await refusal(t, ...vendor, { name: `${top}/l`, type: "2", target: "\\x" }),
      "archive-name-invalid",
    );
  },
);

test(
  "a header that waits for content which another header took from it is damage, found before anything " +
    "is unpacked",
  async (t) => {
    const folder = written(t, [
      ...vendor,
      paxHeader({ size: "0" }),
      { name: `${top}/a`, type: "g", size: 100_000 },
    ]);
    await t.rejects(opened(folder), { code: "archive-corrupt", detail: /Truncated input/ });
  },
);

test("a path of many slashes is as deep as tar takes it for", async (t) => {
  t.equal(await refusal(t, ...vendor, { name: `${top}${"/".repeat(40)}f` }), "archive-path-too-deep");
  t.ok(lstatSync(join(await extracted(t, ...vendor, { name: `./${top}//f` }), "f")).isFile());
});

test("a name that is too long where it is unpacked ends in a problem that names the folder", async (t) => {
  const long = `${top}/${`${"n".repeat(240)}/`.repeat(8)}f`;
  const folder = written(t, [...vendor, paxHeader({ path: long }), { name: "long" }]);
  const archive = await opened(folder);
  const out = join(folder, ...Array.from({ length: 9 }, () => "d".repeat(240)));
  mkdirSync(out, { recursive: true });
  t.throws(
    () => {
      extractArchive(archive, join(out, "x"), "a.tar");
    },
    { code: /^host-/, where: { path: join(out, "x") }, detail: /ENAMETOOLONG/ },
  );
});
