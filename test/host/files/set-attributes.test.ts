import t, { type Test } from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import type { Attributes, Entry, Files } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import { scratch } from "../../support/scratch.js";

const at = path("/etc/folder");
const plain = { mode: 0o750, attributes: {} };

function setUp(t: Test, ...acl: readonly string[]) {
  const { files, folder } = scratch(t);
  mkdirSync(`${folder}/etc/folder`, { recursive: true, mode: 0o750 });
  writeFileSync(`${folder}/etc/folder/inside`, "");
  if (acl.length > 0) execFileSync("setfacl", [...acl, `${folder}/etc/folder`]);
  const real = `${folder}${at}`;
  return {
    files: files(),
    real,
    acl: () =>
      execFileSync("getfacl", ["--absolute-names", "--omit-header", "--numeric", real], { encoding: "utf8" }),
    mode: () => statSync(real).mode & 0o7777,
  };
}

function standing(files: Files): Entry {
  const entry = files.entry(at);
  if (entry === undefined) throw new Error("it is gone");
  return entry;
}

/** What setfacl(1) and setfattr(1) would have made. */
function wanted(t: Test, ...acl: readonly string[]): { mode: number; attributes: Attributes; acl: string } {
  const { files, mode, acl: text } = setUp(t, ...acl);
  return { mode: mode(), attributes: files.attributes(at) ?? {}, acl: text() };
}

t.test("a folder gets access control lists as setfacl gives them, and loses them again", (t) => {
  const list = wanted(t, "-m", "u:7:rwx,g:8:r-x,d:u:7:rwx");
  t.equal(list.mode, 0o770);
  const { files, acl, mode, real } = setUp(t);
  const bare = { ...plain, acl: acl() };
  const set = (from: Attributes, to: typeof list): void => {
    const entry = files.entry(at);
    if (entry !== undefined) files.setAttributes(at, entry, from, to);
  };
  set({}, list);
  t.equal(acl(), list.acl);
  t.same(files.attributes(at), list.attributes);
  const other = wanted(t, "-m", "u:9:--x");
  set(list.attributes, other);
  t.equal(acl(), other.acl, "the default list goes, the other is replaced");
  set(other.attributes, bare);
  t.equal(acl(), bare.acl);
  t.same([files.attributes(at), mode(), readdirSync(real)], [{}, 0o750, ["inside"]]);
  t.end();
});

t.test("other attributes are set and removed, and special bits of the mode kept", (t) => {
  const { files, mode } = setUp(t);
  const attributes = {
    "user.odd": Buffer.from("a=b\n\0").toString("base64"),
    "user.large": Buffer.alloc(1100).toString("base64"),
  };
  const entry = (): Entry => standing(files);
  files.setAttributes(at, entry(), {}, { mode: 0o2751, attributes });
  t.same([files.attributes(at), mode()], [attributes, 0o2751]);
  files.setAttributes(at, entry(), attributes, { mode: 0o2751, attributes: {} });
  t.same([files.attributes(at), mode()], [{}, 0o2751]);
  t.end();
});

t.test("a folder that is not as it was looked at, a link or a file gets nothing", (t) => {
  const { files, real, acl } = setUp(t, "-m", "u:9:--x");
  const before = acl();
  const entry = standing(files);
  t.throws(
    () => {
      files.setAttributes(at, entry, {}, plain);
    },
    {
      code: "host-entry-changed",
    },
  );
  symlinkSync("folder", `${real}-link`);
  const link = path(`${at}-link`);
  t.throws(() => {
    files.setAttributes(link, files.entry(link) ?? entry, {}, plain);
  });
  const file = path(`${at}/inside`);
  t.throws(() => {
    files.setAttributes(file, files.entry(file) ?? entry, {}, plain);
  });
  t.equal(acl(), before);
  t.end();
});
