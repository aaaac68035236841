import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { create } from "tar";
import { test } from "tap";
import { extractArchive } from "../../../src/host/archive/extract-archive.js";
import { openArchive } from "../../../src/host/archive/open-archive.js";
import { removePrivateFolder, withPrivateFolder } from "../../../src/host/archive/private-folder.js";
import { Problem } from "../../../src/problem/problem.js";
import { tarOf, vendorEntries } from "../../support/tar-writer.js";

const commands = { find: () => undefined };

test("a private folder is 0700, and gone afterwards, also after a failure", async (t) => {
  let seen = "";
  const work = withPrivateFolder((folder) => {
    seen = folder;
    mkdirSync(join(folder, "sub"));
    t.equal(statSync(folder).mode & 0o777, 0o700);
    return Promise.reject(new Error("it failed"));
  });
  await t.rejects(work, /it failed/);
  t.notOk(existsSync(seen));
});

test("a folder that others can enter is never removed", (t) => {
  const folder = t.testdir({ precious: "data" });
  t.throws(() => {
    removePrivateFolder(folder);
  }, Problem);
  t.equal(readFileSync(join(folder, "precious"), "utf8"), "data");
  removePrivateFolder(join(folder, "missing"));
  t.end();
});

test("what npm's tar packs comes out whole, under any umask, as ours", async (t) => {
  const top = "kNET-PKCS11-Linux-1.7.0";
  const source = t.testdir({
    [top]: {
      "install.sh": "#!/bin/sh\n",
      "libkNETPKCS11.so": "x".repeat(5000),
      doc: { "ä b": "text" },
      link: t.fixture("symlink", "libkNETPKCS11.so"),
    },
  });
  await create({ file: join(source, "a.tar"), cwd: source, portable: true }, [top]);
  const umask = process.umask(0o077);
  t.teardown(() => {
    process.umask(umask);
  });
  await withPrivateFolder(async (folder) => {
    const opened = await openArchive(join(source, "a.tar"), { folder, commands });
    extractArchive(opened, join(folder, "out"), "a.tar");
    const at = (name: string): string => join(folder, "out", top, name);
    t.equal(readFileSync(at("libkNETPKCS11.so"), "utf8"), "x".repeat(5000));
    t.equal(readFileSync(at("doc/ä b"), "utf8"), "text");
    t.equal(lstatSync(at("install.sh")).mode & 0o777, 0o644);
    t.ok(lstatSync(at("link")).isSymbolicLink());
    t.equal(statSync(join(folder, "out")).mode & 0o777, 0o700);
  });
});

test("what is extracted is the inspected copy, and its top folder keeps 0700", async (t) => {
  const folder = t.testdir({ work: {} });
  const archive = join(folder, "a.tar");
  writeFileSync(archive, tarOf({ name: "./", type: "5", mode: 0o777 }, ...vendorEntries()));
  await withPrivateFolder(async (work) => {
    const opened = await openArchive(archive, { folder: work, commands });
    writeFileSync(archive, tarOf(...vendorEntries({ top: "evil" })));
    extractArchive(opened, join(work, "out"), archive);
    t.same(readdirSync(join(work, "out")), ["kNET-PKCS11-Linux-1.7.0"]);
    t.equal(statSync(join(work, "out")).mode & 0o777, 0o700);
  });
});
