import { test } from "tap";
import type { ChangedEntry } from "../../../../src/host/installer/in-place/changed-since.js";
import { parseTraces, tracesOf } from "../../../../src/host/installer/in-place/traces.js";
import type { EntryState } from "../../../../src/host/installer/staged/entry-state.js";

const owned = { mode: 0o644, uid: 0, gid: 0 };
const file = (sha256 = "00"): EntryState => ({ kind: "file", ...owned, size: 1, sha256 });
const folder: EntryState = { kind: "folder", ...owned };

test("what was there counts as changed; what other programs and accounts did is no trace", (t) => {
  const entries: Readonly<Record<string, readonly [isNew: boolean, state: EntryState]>> = {
    "/etc/ld.so.cache": [true, file()],
    "/etc/passwd": [false, file()],
    "/home/ann/kryptus.conf": [true, file()],
    "/home/ann/work": [true, file()],
    "/opt/db/table": [true, { ...file(), uid: 7 }],
    "/opt/x": [true, folder],
    "/opt/x/y": [true, { ...file(), uid: 7 }],
    "/opt/x/z.db-shm": [true, file()],
    "/usr/lib/link": [false, { kind: "link", ...owned, target: "lib.so" }],
    "/usr/lib/sysimage/rpm/rpmdb.sqlite": [false, file()],
    "/usr/lib/sysimage/rpm/rpmdb.sqlite-shm": [false, file()],
    "/var/cache/ldconfig/aux-cache": [true, file()],
    "/var/lib/db/wal": [true, file()],
    "/var/lib/db/table": [false, file()],
    "/var/lib/other": [true, file("aa")],
    "/var/log/dpkg.log": [false, file()],
  };
  const changed = Object.entries(entries).map(([path, [isNew]]): ChangedEntry => ({
    path,
    isNew,
    changed: 1,
  }));
  const archive = { names: new Set(["install.sh"]), hashes: new Set(["aa"]) };
  const traces = tracesOf(changed, archive, (path) => entries[path]?.[1] ?? null);
  t.same(
    traces.map(({ path, created }) => [path, created]),
    [
      ["/etc/passwd", false],
      ["/home/ann/kryptus.conf", true],
      ["/opt/x", true],
      ["/opt/x/y", true],
      ["/opt/x/z.db-shm", true],
      ["/usr/lib/link", false],
      ["/usr/lib/sysimage/rpm/rpmdb.sqlite", false],
      ["/var/lib/other", true],
    ],
  );
  t.end();
});

test("what was written of them is read again; anything else is not", (t) => {
  const traces = [
    { path: "/x", created: true, state: file() },
    { path: "/y", created: false, state: { kind: "link", ...owned, target: "x" } },
    { path: "/z", created: true, state: folder },
  ];
  t.same(parseTraces(JSON.stringify(traces)), traces);
  for (const text of ["", "{}", "[1]", '[{"path":"x"}]', JSON.stringify([{ ...traces[0], path: "/../x" }])])
    t.equal(parseTraces(text), undefined, text);
  t.end();
});
