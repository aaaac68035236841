import t from "tap";
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  appendFileSync,
  writeFileSync,
} from "node:fs";
import { path } from "../../../src/host/path.js";
import type { Entry, Files } from "../../../src/host/host.js";
import { scratch } from "../../support/scratch.js";

const log = path("/log");

function written(files: Files): Entry {
  files.write(log, Buffer.from("one\n"), { mode: 0o600, uid: 0, gid: 0 });
  const entry = files.entry(log);
  if (entry === undefined) throw new Error("it was not written");
  return entry;
}

t.test("lines follow each other in the one file, whose rights stay", (t) => {
  const { folder, files } = scratch(t);
  const first = written(files());
  const second = files().extend(log, first, Buffer.from("two\n"));
  files().extend(log, second, Buffer.from("three\n"));
  t.equal(readFileSync(`${folder}/log`, "utf8"), "one\ntwo\nthree\n");
  const { ino, mode } = statSync(`${folder}/log`);
  t.same([BigInt(ino), mode & 0o7777], [first.inode, 0o600]);
  t.same(files().entry(log), { ...first, size: 14 });
  t.end();
});

t.test("what a write that failed left behind the last line is cut off", (t) => {
  const { folder, files } = scratch(t);
  const first = written(files());
  appendFileSync(`${folder}/log`, "half of a longer li");
  files().extend(log, first, Buffer.from("two\n"));
  t.equal(readFileSync(`${folder}/log`, "utf8"), "one\ntwo\n");
  t.end();
});

const dangers: Readonly<Record<string, readonly [code: string, plant: (file: string) => void]>> = {
  "another file has taken its place": [
    "host-entry-changed",
    (file) => {
      writeFileSync(`${file}.new`, "one\n");
      renameSync(`${file}.new`, file);
    },
  ],
  "a link has taken its place": [
    "host-not-a-file",
    (file) => {
      renameSync(file, `${file}.old`);
      symlinkSync(`${file}.old`, file);
    },
  ],
  "it has another name too": [
    "host-hard-link",
    (file) => {
      linkSync(file, `${file}.too`);
    },
  ],
  "it was cut off": [
    "host-entry-changed",
    (file) => {
      truncateSync(file, 2);
    },
  ],
  "it is gone": [
    "host-entry-changed",
    (file) => {
      rmSync(file);
    },
  ],
};

for (const [danger, [code, plant]] of Object.entries(dangers)) {
  t.test(`nothing is written where ${danger}`, (t) => {
    const { folder, files } = scratch(t);
    const first = written(files());
    plant(`${folder}/log`);
    t.throws(() => files().extend(log, first, Buffer.from("two\n")), { code });
    for (const name of ["log", "log.old", "log.too"]) {
      const there = statSync(`${folder}/${name}`, { throwIfNoEntry: false });
      if (there !== undefined) t.notMatch(readFileSync(`${folder}/${name}`, "utf8"), "two", name);
    }
    t.end();
  });
}
