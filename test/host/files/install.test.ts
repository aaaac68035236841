import t from "tap";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { linkSync, lstatSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { FileState } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import { scratch, serviceUid } from "../../support/scratch.js";

const rights = { mode: 0o4755, uid: 0, gid: serviceUid };
const file = path("/etc/tool");
const agree = (): void => undefined;

/** cap_net_raw, permitted and effective: vfs_cap_data of linux/capability.h. */
const capability = "AQAAAgAgAAAAAAAAAAAAAAAAAAA=";

/** Python has the calls for extended attributes that node has not. */
function give(at: string, name: string, base64: string): void {
  const script =
    "import os, sys, base64; os.setxattr(sys.argv[1], sys.argv[2], base64.b64decode(sys.argv[3]))";
  execFileSync("python3", ["-c", script, at, name, base64]);
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

t.test("a file's state is its content's hash, owner and mode; of a link, nothing is told", (t) => {
  const { files, folder, file: make } = scratch(t);
  make("etc/tool", "abc", { mode: 0o640 });
  t.match(files().state(file), { kind: "file", sha256: sha256("abc"), size: 3, mode: 0o640, uid: 0 });
  t.equal(files().state(path("/etc/none")), undefined);
  symlinkSync("tool", `${folder}/etc/link`);
  t.throws(() => files().state(path("/etc/link")), { code: "host-not-a-file" });
  t.end();
});

t.test("attributes are told by name, whatever bytes they hold; of a large file too", (t) => {
  const { files, folder, file: make } = scratch(t);
  make("etc/tool", "abc", { mode: 0o640 });
  t.same(files().attributes(file), {});
  const bytes = Buffer.from("a=b\n12 x=\0\xff", "latin1").toString("base64");
  give(`${folder}/etc/tool`, "user.odd", bytes);
  give(`${folder}/etc/tool`, "security.capability", capability);
  t.same(files().attributes(file), { "security.capability": capability, "user.odd": bytes });
  writeFileSync(`${folder}/etc/large`, Buffer.alloc(8_000_000, 1));
  give(`${folder}/etc/large`, "user.odd", bytes);
  t.same(files().attributes(path("/etc/large")), { "user.odd": bytes });
  t.equal(files().attributes(path("/etc/none")), undefined);
  t.end();
});

t.test("an installed file has content, owner, set-id bits and the attributes of its model", (t) => {
  const { files, folder, file: make } = scratch(t);
  make("etc/tool", "old", { mode: 0o640 });
  make("model", "", { mode: 0o666 });
  give(`${folder}/model`, "security.capability", capability);
  give(`${folder}/etc/tool`, "user.old", "AA==");
  const attributes = { "security.capability": capability };
  for (const attributesOf of [{ opener: `${folder}/model` }, { path: path("/model") }]) {
    files().install(file, Buffer.from("new"), rights, { attributesOf, attributes, check: agree });
    t.match(files().state(file), { ...rights, sha256: sha256("new") });
    t.same(files().attributes(file), attributes);
  }
  files().install(file, Buffer.from("plain"), rights, { check: agree });
  t.same(files().attributes(file), {}, "without a model, there are none");
  t.same(readdirSync(`${folder}/etc`), ["tool"]);
  t.end();
});

t.test("other attributes than were planned are refused, and nothing is put in place", (t) => {
  const { files, folder, file: make } = scratch(t);
  make("etc/tool", "old", { mode: 0o640 });
  make("model", "", { mode: 0o600 });
  give(`${folder}/model`, "user.note", "AA==");
  for (const attributes of [{ "security.capability": capability }, { "user.note": "AQ==" }, {}]) {
    const work = (): void => {
      const how = { attributesOf: { opener: `${folder}/model` }, attributes, check: agree };
      files().install(file, Buffer.from("new"), rights, how);
    };
    t.throws(work, { code: "host-attributes-not-kept" });
  }
  t.equal(readFileSync(`${folder}/etc/tool`, "utf8"), "old");
  t.same(readdirSync(`${folder}/etc`), ["tool"]);
  t.end();
});

t.test("what stands there is told when all is ready, and who refuses it keeps it", (t) => {
  const { files, folder, file: make } = scratch(t);
  make("etc/tool", "old", { mode: 0o640 });
  const seen: (FileState | undefined)[] = [];
  const refuse = (now: FileState | undefined): void => {
    seen.push(now);
    throw new Error("theirs");
  };
  for (const at of [file, path("/etc/new")])
    t.throws(() => {
      files().install(at, Buffer.from("new"), rights, { check: refuse });
    }, /theirs/);
  t.match(seen, [{ sha256: sha256("old"), mode: 0o640 }, undefined]);
  t.equal(readFileSync(`${folder}/etc/tool`, "utf8"), "old");
  t.same(readdirSync(`${folder}/etc`), ["tool"]);
  t.end();
});

t.test("a library of 100 MB is put in place", (t) => {
  const { files, file: make } = scratch(t);
  make("etc/tool", "old", { mode: 0o640 });
  files().install(file, Buffer.alloc(100_000_000, 7), rights, { check: agree });
  t.equal(files().state(file)?.size, 100_000_000);
  t.end();
});

t.test(
  "with what was observed, a file or link that has become another is neither removed nor replaced",
  (t) => {
    const { files, folder, file: make } = scratch(t);
    make("etc/tool", "old", { mode: 0o640 });
    const seen = files().entry(file);
    writeFileSync(`${folder}/etc/tool`, "longer");
    t.throws(
      () => {
        files().remove(file, seen);
      },
      { code: "host-entry-changed" },
    );
    t.equal(readFileSync(`${folder}/etc/tool`, "utf8"), "longer");
    files().remove(file, files().entry(file));
    const link = path("/etc/link");
    const owner = { uid: 0, gid: 0 };
    files().createLink(link, "one", owner, null);
    t.throws(
      () => {
        files().createLink(link, "two", owner, null);
      },
      { code: "host-entry-exists" },
    );
    const first = files().entry(link);
    files().createLink(link, "two", owner, first);
    t.throws(
      () => {
        files().createLink(link, "three", owner, first);
      },
      { code: "host-entry-changed" },
    );
    t.equal(files().readLink(link), "two");
    t.end();
  },
);

t.test("a second name of the file is not written through", (t) => {
  const { files, folder, file: make } = scratch(t);
  make("etc/tool", "old", { mode: 0o640 });
  linkSync(`${folder}/etc/tool`, `${folder}/other`);
  files().install(file, Buffer.from("new"), rights, { check: agree });
  t.equal(readFileSync(`${folder}/other`, "utf8"), "old");
  t.equal(lstatSync(`${folder}/etc/tool`).nlink, 1);
  t.end();
});
