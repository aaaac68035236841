import { test } from "tap";
import type { StagedEntry } from "../../../../src/host/installer/staged/compare.js";
import type { EntryState } from "../../../../src/host/installer/staged/entry-state.js";
import { isLeftOut, judge } from "../../../../src/host/installer/staged/judge.js";
import { Problem } from "../../../../src/problem/problem.js";

const file: EntryState = { kind: "file", mode: 0o644, uid: 0, gid: 0, size: 1, sha256: "00" };
const device: EntryState = { kind: "device", mode: 0o666, uid: 0, gid: 0 };

const made = (path: string, after: EntryState | null = file): StagedEntry => ({ path, before: null, after });

test("ordinary work passes, in the order it came in", (t) => {
  const entries = [
    made("/opt/kryptus/x"),
    made("/etc/passwd"),
    { ...made("/usr/lib/x", null), before: file },
  ];
  t.same(judge(entries, "/a.tar"), { changes: entries, refreshesCache: false, logs: [] });
  t.end();
});

test("the loader's cache is built anew and not copied", (t) => {
  const cache = [
    "/etc/ld.so.cache",
    "/etc/ld.so.cache~",
    "/var/cache/ldconfig",
    "/var/cache/ldconfig/aux-cache",
  ];
  t.same(judge([...cache.map((path) => made(path)), made("/opt/x")], "/a.tar"), {
    changes: [made("/opt/x")],
    refreshesCache: true,
    logs: [],
  });
  t.end();
});

test("what the system's tools note in their logs is not copied, but an installer's own logs are", (t) => {
  const tools = ["/var/log/alternatives.log", "/var/log/dpkg.log", "/var/log/lastlog"];
  const own = [made("/var/log/knet/dpkg.log"), made("/var/log/knet.log")];
  t.same(judge([...tools.map((path) => made(path)), ...own], "/a.tar"), {
    changes: own,
    refreshesCache: false,
    logs: tools,
  });
  t.end();
});

test("the index of a database's write-ahead log is not copied, and goes with its folder", (t) => {
  const database = ["/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite-wal"].map((path) => made(path));
  const removed = { ...made("/opt/old/own.db-shm", null), before: file };
  const entries = [made("/var/lib/rpm/rpmdb.sqlite-shm"), ...database, removed];
  t.same(judge(entries, "/a.tar"), { changes: [...database, removed], refreshesCache: false, logs: [] });
  t.end();
});

test("what no installer may do is refused, each with its path", (t) => {
  const cases: readonly (readonly [StagedEntry, RegExp])[] = [
    [made("/opt/null", device), /\/opt\/null: install.sh made a device/],
    [made("/opt/f", { ...device, kind: "fifo" }), /made a named pipe/],
    [{ ...made("/opt/s", null), before: { ...device, kind: "socket" } }, /removed a socket/],
    [made("/proc/x"), /the kernel's/],
    [made("/dev/x"), /the kernel's/],
    [made("/sys/x"), /the kernel's/],
    [made("/root/.ssh/authorized_keys"), /who may log in/],
    [made("/home/ann/.ssh", { ...file, kind: "folder" }), /who may log in/],
    [made("/var/amplia/.ssh/authorized_keys"), /who may log in/],
    [made("/opt/\uFFFD"), /not UTF-8/],
  ];
  for (const [entry, detail] of cases)
    t.throws(
      () => judge([made("/opt/x"), entry], "/a.tar"),
      { code: "installer-forbidden", detail },
      entry.path,
    );
  t.end();
});

test("names that only look like these are nobody's business", (t) => {
  const entries = ["/proc2", "/developer/x", "/home/.sshx", "/root/.ssh2", "/etc/ld.so.cached"].map((path) =>
    made(path),
  );
  t.same(judge(entries, "/a.tar").changes.length, entries.length);
  t.end();
});

test("a long list is cut, and its length told", (t) => {
  const many = Array.from({ length: 30 }, (_, at) => made(`/dev/x${at}`));
  try {
    judge(many, "/a.tar");
    t.fail("it passed");
  } catch (error) {
    t.match(error instanceof Problem && error.detail, /\/dev\/x19: .*\nand 10 more$/);
  }
  t.end();
});

test("knetctl's own state is left out", (t) => {
  t.same(["/var/lib/knetctl", "/var/lib/knetctl/x", "/var/lib/knetctl2"].map(isLeftOut), [true, true, false]);
  t.end();
});
