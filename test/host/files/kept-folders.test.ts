import t, { type Test } from "tap";
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { joined, path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { scratch, serviceUid } from "../../support/scratch.js";

/** A root with a folder of the service user's in it, and a host that keeps its folders open. */
function scene(t: Test) {
  const { folder, mkdir, file } = scratch(t);
  mkdir("home/app", { uid: serviceUid, gid: serviceUid });
  file("home/app/config.json", "old");
  const host = realHost(path(folder), { keepsFolders: true });
  const text = (...owners: readonly number[]): string | undefined =>
    host
      .files(...owners)
      .read(path("/home/app/config.json"))
      ?.toString();
  return { root: folder, host, text };
}

const open = (): number => readdirSync("/proc/self/fd").length;

t.test("folders stay open until the program waits, and no longer", async (t) => {
  const { root, text } = scene(t);
  const before = open();
  t.equal(text(serviceUid), "old");
  t.equal(open(), before + 3, "the root, home and app");
  t.equal(text(serviceUid), "old");
  t.equal(open(), before + 3);
  renameSync(`${root}/home`, `${root}/moved`);
  mkdirSync(`${root}/home/app`, { recursive: true });
  writeFileSync(`${root}/home/app/config.json`, "new");
  await setImmediate();
  t.equal(open(), before);
  t.equal(text(serviceUid), "new", "what has the name now is looked at");
  await setImmediate();
  t.equal(open(), before);
});

t.test("what was opened before a wait is not looked at after it", async (t) => {
  const { root, text } = scene(t);
  t.equal(text(serviceUid), "old");
  const { stdout } = spawn("sh", ["-c", "sleep 0.1; echo"]);
  const waited = new Promise((resolve) => {
    stdout.once("data", () => {
      resolve(text(serviceUid));
    });
  });
  renameSync(`${root}/home`, `${root}/moved`);
  mkdirSync(`${root}/home/app`, { recursive: true });
  writeFileSync(`${root}/home/app/config.json`, "new");
  t.equal(await waited, "new");
  await setImmediate();
});

t.test("a folder that is kept is not trusted for those who do not trust its owner", async (t) => {
  const { text } = scene(t);
  t.equal(text(serviceUid), "old");
  t.throws(() => text(), { code: "host-untrusted-owner" });
  t.equal(text(serviceUid), "old");
  await setImmediate();
});

t.test("of a large tree no more than some folders are kept, and all are looked at", async (t) => {
  const { root, host } = scene(t);
  const names = Array.from({ length: 200 }, (_, index) => `folder-${index}`);
  for (const name of names) {
    mkdirSync(`${root}/${name}`);
    writeFileSync(`${root}/${name}/file`, name);
  }
  const before = open();
  const files = host.files();
  for (const name of names) t.equal(files.read(joined(path("/"), name, "file"))?.toString(), name);
  t.ok(open() <= before + 64, `${open() - before} folders`);
  await setImmediate();
  t.equal(open(), before);
});

t.test("what is no folder, or is missing, is told as ever", async (t) => {
  const { root, host } = scene(t);
  writeFileSync(`${root}/home/file`, "");
  const files = host.files(serviceUid);
  for (let turn = 0; turn < 2; turn++) {
    t.equal(files.read(path("/home/none/config.json")), undefined);
    t.throws(() => files.read(path("/home/file/config.json")), { code: "host-not-a-folder" });
    t.match(files.way(path("/home/app/config.json")), { entries: [{}, {}, { kind: "file", size: 3 }] });
  }
  await setImmediate();
});
