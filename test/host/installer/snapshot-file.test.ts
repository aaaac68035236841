import { chmodSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, type Test } from "tap";
import { path } from "../../../src/host/path.js";
import { parseSnapshot, writeSnapshot } from "../../../src/host/installer/snapshot-file.js";
import { takeSnapshot } from "../../../src/host/installer/watched-trees.js";

async function seenIn(t: Test) {
  const root = t.testdir({
    etc: { "naïve\nname": "a", folder: { inner: "b" }, link: t.fixture("symlink", "folder/ünknown") },
  });
  const file = join(t.testdirName, "snapshot");
  const snapshot = await takeSnapshot(path(root), ["/etc"]);
  writeSnapshot(file, snapshot);
  return { root, file, snapshot };
}

test("what was seen is read again as it was seen", async (t) => {
  const { file, snapshot } = await seenIn(t);
  const again = parseSnapshot(readFileSync(file));
  t.same([...(again ?? [])], [...snapshot]);
  t.equal(snapshot.paths.length, 4);
  t.equal(again?.get("/etc/link")?.target, "folder/ünknown");
  t.equal(lstatSync(file).mode & 0o777, 0o600);
});

test("a file that was cut off is none", async (t) => {
  const { file } = await seenIn(t);
  const bytes = readFileSync(file);
  for (const length of [0, 7, 20, bytes.length - 1])
    t.equal(parseSnapshot(bytes.subarray(0, length)), undefined, `${length} bytes`);
});

test("a file whose lengths cannot be true is none", async (t) => {
  const { file } = await seenIn(t);
  for (const [at, length] of [
    [0, 0xffff_ffff],
    [4, 0xffff_ffff],
    [0, 3],
    [4, 1],
  ] as const) {
    const bytes = readFileSync(file);
    bytes.writeUInt32LE(length, at);
    t.equal(parseSnapshot(bytes), undefined, `${length} at ${at}`);
  }
});

test("only what differs is told, whatever the order of the walk", async (t) => {
  const { root, snapshot } = await seenIn(t);
  chmodSync(join(root, "etc/folder/inner"), 0o600);
  mkdirSync(join(root, "etc/new"));
  rmSync(join(root, "etc/naïve\nname"));
  const later = await takeSnapshot(path(root), ["/etc"]);
  t.same([...later.differingFrom(snapshot)].sort(), ["/etc/folder/inner", "/etc/new"]);
  t.same(snapshot.missingFrom(later), ["/etc/naïve\nname"]);
  rmSync(join(root, "etc/link"));
  symlinkSync("folder/ÜNKNOWN", join(root, "etc/link"));
  t.ok((await takeSnapshot(path(root), ["/etc"])).differingFrom(snapshot).includes("/etc/link"));
});

test("more entries than it was made for", async (t) => {
  const { snapshot } = await seenIn(t);
  const { mode, uid, gid, size, mtimeMs, ctimeMs, ino } = lstatSync("/etc/passwd");
  for (let n = 0; n < 70_000; n++)
    snapshot.add(`/opt/${n}`, { mode, uid, gid, size: size + n, mtimeMs, ctimeMs, ino });
  t.equal(snapshot.get("/opt/69999")?.size, size + 69_999);
  t.equal(snapshot.get("/opt/69999")?.kind, "file");
});
