import { test } from "tap";
import { backupCandidates, likelyTargets } from "../../../src/host/installer/backup.js";
import { noEvidence, wordsOf } from "../../../src/host/installer/evidence.js";
import { difference } from "../../../src/host/installer/difference.js";
import { PackedSnapshot } from "../../../src/host/installer/snapshot.js";
import type { SeenEntry, Snapshot } from "../../../src/host/installer/snapshot.js";

const file: SeenEntry = {
  kind: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 10,
  modified: 1,
  changed: 1,
  inode: 5,
};

const typeBits = { file: 0o100000, folder: 0o040000, link: 0o120000, other: 0o010000 };

function packed(entries: Record<string, SeenEntry>): PackedSnapshot {
  const snapshot = new PackedSnapshot();
  for (const [path, { kind, mode, modified, changed, inode, target, ...rest }] of Object.entries(entries))
    snapshot.add(
      path,
      { ...rest, mode: typeBits[kind] | mode, mtimeMs: modified, ctimeMs: changed, ino: inode },
      target,
    );
  return snapshot;
}

function changes(
  before: Record<string, SeenEntry>,
  after: Record<string, SeenEntry>,
  backups: Record<string, string> = {},
  hashes: Record<string, string> = {},
): readonly string[] {
  return difference(packed(before), packed(after), new Map(Object.entries(backups)), {
    hash: (path) => hashes[path],
    backupHash: (name) => hashes[name],
  }).map(({ path, change, backup }) => [path, change, backup].filter(Boolean).join(" "));
}

test("created, removed, other rights, other link", (t) => {
  const link: SeenEntry = { ...file, kind: "link", target: "a" };
  t.same(changes({}, { "/opt/new": file }), ["/opt/new created"]);
  t.same(changes({ "/opt/old": file }, {}, { "/opt/old": "7" }), ["/opt/old removed 7"]);
  t.same(changes({ "/usr/x": file }, { "/usr/x": { ...file, mode: 0o777, changed: 2 } }), ["/usr/x rights"]);
  t.same(changes({ "/usr/l": link }, { "/usr/l": { ...link, target: "b" } }), ["/usr/l replaced"]);
  t.same(
    changes(
      { "/usr/d": { ...file, kind: "folder" } },
      { "/usr/d": { ...file, kind: "folder", modified: 9, changed: 9 } },
    ),
    [],
    "a folder's time says nothing",
  );
  t.end();
});

test("with a copy the content decides, without one the times do", (t) => {
  const touched = { ...file, inode: 6, modified: 2, changed: 2 };
  t.same(changes({ "/etc/x": file }, { "/etc/x": touched }, { "/etc/x": "0" }, { "/etc/x": "A", "0": "A" }), [
    "/etc/x rewritten 0",
  ]);
  t.same(changes({ "/etc/x": file }, { "/etc/x": touched }, { "/etc/x": "0" }, { "/etc/x": "B", "0": "A" }), [
    "/etc/x replaced 0",
  ]);
  t.same(
    changes(
      { "/etc/x": file },
      { "/etc/x": { ...file, changed: 2 } },
      { "/etc/x": "0" },
      { "/etc/x": "B", "0": "A" },
    ),
    ["/etc/x replaced 0"],
    "old times put back do not hide it",
  );
  t.same(changes({ "/usr/x": file }, { "/usr/x": touched }), ["/usr/x replaced"]);
  t.same(changes({ "/usr/x": file }, { "/usr/x": { ...file, changed: 2 } }), []);
  t.end();
});

test("the loader's cache is nobody's change", (t) => {
  t.same(changes({ "/etc/ld.so.cache": file }, { "/etc/ld.so.cache": { ...file, inode: 9 } }), []);
  t.end();
});

test("saved are /etc, what the archive or install.sh names, and what lies in folders it names", (t) => {
  const snapshot: Snapshot = new Map(
    [
      "/etc/passwd",
      "/usr/lib/libcurl.so.4",
      "/usr/local/lib/libkNETPKCS11.so",
      "/opt/app/app.conf",
      "/opt/old/deep/data",
      "/opt/other/data",
      "/usr/share/Kryptus/x",
    ].map((path) => [path, file]),
  );
  const likely = likelyTargets({
    names: ["libkNETPKCS11.so", "install.sh"],
    ...wordsOf(["CONF=/opt/app/app.conf\nrm -rf /opt/old\ncp -r . /usr/lib\n"]),
  });
  t.same([...backupCandidates(snapshot, likely)].sort(), [
    "/etc/passwd",
    "/opt/app/app.conf",
    "/opt/old/deep/data",
    "/usr/local/lib/libkNETPKCS11.so",
    "/usr/share/Kryptus/x",
  ]);
  t.end();
});

test("a file too large to save is left out, and so is what is over the sum", (t) => {
  const big = { ...file, size: 60 * 1024 ** 2 };
  const snapshot: Snapshot = new Map([
    ["/etc/huge", { ...file, size: 2 ** 30 }],
    ...Array.from({ length: 30 }, (_, index) => [`/etc/${index}`, big] as const),
  ]);
  t.equal(backupCandidates(snapshot, likelyTargets(noEvidence)).length, 17);
  t.end();
});
