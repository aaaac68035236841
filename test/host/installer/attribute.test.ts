import { test } from "tap";
import { attribute } from "../../../src/host/installer/attribute.js";
import type { EntryState, RecordedChange } from "../../../src/host/installer/difference.js";
import { noEvidence, wordsOf } from "../../../src/host/installer/evidence.js";
import type { Evidence } from "../../../src/host/installer/evidence.js";

const root = { kind: "file", mode: 0o644, uid: 0, gid: 0 } as const;
const folder = { ...root, kind: "folder" } as const;
const theirs = { ...root, uid: 1000, gid: 1000 } as const;

const created = (path: string, after: EntryState = root): RecordedChange => ({
  path,
  change: "created",
  after,
});
const replaced = (path: string, before: typeof root | typeof theirs = root): RecordedChange => ({
  path,
  change: "replaced",
  before,
  after: before,
  backup: "0",
});
const removed = (path: string, before: typeof root | typeof theirs | typeof folder): RecordedChange => ({
  path,
  change: "removed",
  before,
  backup: "0",
});

/** "own", or why each is kept. */
function judged(
  changes: readonly RecordedChange[],
  script = "",
  more: Partial<Evidence> = {},
): readonly string[] {
  const { kept } = attribute(changes, { ...noEvidence, ...wordsOf([script]), ...more });
  return changes.map((change) => kept.find((one) => one.change === change)?.why ?? "own");
}

test(
  "what another account made in a folder that was there is another's, and what root made there is not " +
    "surely install.sh's",
  (t) => {
    t.same(judged([created("/opt/db/1", theirs), created("/opt/db/2")]), ["others", "unsure"]);
    t.same(judged([created("/opt/db", { ...folder, uid: 1000 }), created("/opt/db/1")]), [
      "others",
      "others",
    ]);
    t.same(judged([created("/opt/db", folder), created("/opt/db/1"), created("/opt/db/2", theirs)]), [
      "unsure",
      "unsure",
      "others",
    ]);
    t.end();
  },
);

test("in a folder that it made all is its own, but for what belongs to another account by now", (t) => {
  const made = [created("/opt/app", folder), created("/opt/app/x"), created("/opt/app/y", theirs)];
  t.same(judged(made, "mkdir /opt/app"), ["own", "own", "owner"]);
  t.same(
    judged([created("/opt/v", folder), created("/opt/v/app", folder)], "mkdir -p /opt/v/app"),
    ["own", "own"],
    "and what leads there",
  );
  t.same(
    judged(made, 'PREFIX=${1:-/opt}; APP=x\nAPP="$PREFIX/app"\nmkdir -p "$APP"'),
    ["own", "own", "owner"],
    "named through variables",
  );
  t.end();
});

test("a folder that a script names, and that was there, does not make all below it the script's", (t) => {
  t.same(
    judged(
      [
        created("/opt/db/1"),
        created("/opt/db/2", theirs),
        replaced("/opt/db/3", theirs),
        removed("/opt/db/4", theirs),
      ],
      "DB=/opt/db; mkdir -p $DB",
    ),
    ["unsure", "others", "others", "others"],
  );
  t.end();
});

test("the archive's own file is known by its content, wherever it goes", (t) => {
  t.same(judged([created("/usr/lib/x/any.so", { ...root, sha256: "A" })], "", { hashes: ["A"] }), ["own"]);
  t.same(
    judged([created("/usr/lib/libx.so.1", { ...root, kind: "link", target: "libx.so.1.7" })], "", {
      names: ["libx.so.1.7"],
    }),
    ["own"],
    "and a link to it by its name",
  );
  t.same(
    judged([created("/usr/lib/readme")], "", { names: ["readme"] }),
    ["unsure"],
    "a name alone is not enough",
  );
  t.same(
    judged([created("/usr/lib/readme")], "cp readme /usr/lib/", { names: ["readme"] }),
    ["own"],
    "with the folder it is",
  );
  t.end();
});

test(
  "an edited file of the system is put back when a script names it; what somebody else edited " +
    "meanwhile is kept",
  (t) => {
    t.same(judged([replaced("/etc/ld.so.conf"), replaced("/etc/hosts")], "echo /opt/x >> /etc/ld.so.conf"), [
      "own",
      "unsure",
    ]);
    t.same(judged([removed("/opt/old", folder), removed("/opt/old/data", theirs)], "rm -rf /opt/old"), [
      "own",
      "own",
    ]);
    t.same(judged([removed("/etc/gone", root)]), ["own"], "nothing is lost by putting root's file back");
    t.end();
  },
);
