import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import { writtenBy } from "../../../src/formats/text/shell-word.js";
import type { Entry } from "../../../src/host/host.js";
import { path } from "../../../src/host/path.js";
import { planOwnership } from "../../../src/steps/ownership/changes.js";
import { MemoryHost } from "../../support/memory-host.js";

const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
const group = { group: "amplia", gid: 991 };
const { accounts } = new MemoryHost({ users: [amplia], groups: [group] });
const reader = { service: { user: "amplia", group: "amplia" }, account: amplia, group, accounts };
const top = path("/var/amplia/.config");

function entry(values: Partial<Entry>): Entry {
  return { kind: "file", mode: 0o640, uid: 0, gid: 991, size: 1, links: 1, device: 1n, inode: 1n, ...values };
}

function planOf(values: Partial<Entry>, name = "x", onTheWay = false) {
  const observed = {
    path: top,
    entry: entry({ kind: "folder", mode: 0o750 }),
    onTheWay: true,
    placedByRoot: false,
  };
  return planOwnership(
    {
      top: observed,
      isShared: false,
      entries: [
        { path: path(`${top}/kryptus/${name}`), entry: entry(values), onTheWay, placedByRoot: false },
      ],
    },
    reader,
  );
}

function changesOf(values: Partial<Entry>) {
  return planOf(values).changes;
}

function problemsOf(values: Partial<Entry>, onTheWay = false) {
  return planOf(values, "x", onTheWay).problems.map(({ code, severity }) => `${severity} ${code}`);
}

t.test("as documented: nothing to change", async (t) => {
  t.same(changesOf({}), []);
  t.same(changesOf({ kind: "folder", mode: 0o750 }), []);
});

t.test("each deviation is one change", async (t) => {
  t.match(changesOf({ mode: 0o644 }), [{ kind: "set-mode", from: 0o644, mode: 0o640 }]);
  t.match(changesOf({ uid: 990 }), [
    { kind: "set-owner", from: { owner: "amplia", group: "amplia" }, owner: "root", group: "amplia" },
  ]);
  t.match(changesOf({ gid: 0, mode: 0o644 }), [
    { kind: "set-owner", from: { owner: "root", group: "root" } },
    { kind: "set-mode", mode: 0o640 },
  ]);
  t.same(
    changesOf({ kind: "folder", uid: 990, mode: 0o777 }).map(({ kind }) => kind),
    ["set-owner", "set-mode"],
  );
  t.match(changesOf({ mode: 0o4640 }), [{ kind: "set-mode", from: 0o4640 }]);
});

t.test("owners without a name are shown by number", async (t) => {
  t.match(changesOf({ gid: 4242, mode: 0o644 }), [{ from: { group: "#4242" } }, {}]);
});

t.test("what is neither file nor folder is a problem, never a change", async (t) => {
  for (const kind of ["link", "device", "fifo", "socket"] as const) {
    t.same(problemsOf({ kind }), ["warning ownership-foreign-kind"]);
    t.same(problemsOf({ kind }, true), ["error ownership-foreign-kind"]);
    t.same(changesOf({ kind, uid: 990 }), []);
  }
});

t.test("a hard link and a third owner are problems", async (t) => {
  t.same(problemsOf({ links: 2 }, true), ["error ownership-hard-link"]);
  t.same(problemsOf({ uid: 1234 }, true), ["error ownership-third-owner"]);
  t.same(problemsOf({ links: 2 }), ["warning ownership-hard-link"]);
  t.same(problemsOf({ uid: 1234 }), ["warning ownership-third-owner"]);
  t.same(problemsOf({ kind: "folder", mode: 0o750, links: 5 }), []);
});

t.test(
  "13: a command in a hint holds a file's name as one word: its owner chose it, and root copies it",
  async (t) => {
    const word = /'\/var\/amplia\/\.config\/kryptus\/\$\(reboot\); x'/;
    for (const values of [{ links: 2 }, { uid: 1234 }, { mode: 0o600 }])
      t.match(planOf(values, "$(reboot); x").problems, [{ hint: word }]);
  },
);

t.test(
  "what is refused is left as it is, also under a name that a problem does not show whole",
  async (t) => {
    const { changes, problems } = planOf({ uid: 0, gid: 0, mode: 0o600 }, "https:/user:pw@host");
    t.same(changes, []);
    t.match(problems, [{ code: "ownership-private", where: { path: `${top}/kryptus/https:/…@host` } }]);
  },
);

t.test("no hint has root change the rights of what the service user may exchange for a link", async (t) => {
  for (const onTheWay of [false, true])
    for (const kind of ["file", "folder"] as const) {
      const { problems } = planOf({ kind, gid: 0, mode: 0o600 }, "x", onTheWay);
      t.match(problems, [{ code: "ownership-private" }]);
      t.notMatch(problems[0]?.hint, /chgrp|chmod|chown/);
    }
});

t.test(
  "the command that opens a shared .config does that, and nothing to the folder that a link in its " +
    "place names",
  async (t) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "passage-")));
    t.teardown(() => {
      rmSync(folder, { recursive: true });
    });
    const [config, victim] = [path(join(folder, ".config")), join(folder, "victim")];
    for (const made of [config, victim]) mkdirSync(made, { mode: 0o700 });
    const daemon = { user: "daemon", group: "daemon" };
    const commandFor = (uid: number): string => {
      const observed = {
        path: config,
        entry: entry({ kind: "folder", mode: uid === 0 ? 0o700 : 0o600, uid, gid: 0 }),
        onTheWay: true,
        placedByRoot: false,
      };
      const { problems } = planOwnership(
        { top: observed, isShared: true, entries: [] },
        { ...reader, service: daemon },
      );
      t.match(problems, [{ code: "ownership-no-passage", hint: /^let it pass: / }]);
      return problems[0]?.hint?.replace("let it pass: ", "") ?? "";
    };
    const rights = (at: string) => [lstatSync(at).mode & 0o777, lstatSync(at).gid];
    const gid = Number(execFileSync("id", ["-g", "daemon"], { encoding: "utf8" }));
    execFileSync("sh", ["-c", commandFor(0)]);
    t.same(rights(config), [0o710, gid]);
    renameSync(config, join(folder, "moved"));
    symlinkSync(victim, config);
    t.not(spawnSync("sh", ["-c", commandFor(0)]).status, 0);
    t.same(rights(victim), [0o700, 0]);
    // what is that user's own it opens itself, for whom the group's right would do nothing
    t.equal(commandFor(990), `runuser -u daemon -- chmod u+x ${config}`);
  },
);

t.test(
  "the command that has the service user write a file anew writes it, readable by that user alone, " +
    "and follows no link to what that user may not write",
  async (t) => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "written-")));
    t.teardown(() => {
      rmSync(folder, { recursive: true });
    });
    const { uid, gid } = lstatSync(folder);
    t.same([uid, gid], [0, 0]);
    const home = join(folder, "home");
    mkdirSync(home);
    chmodSync(folder, 0o755);
    const [user = 0, group = 0] = ["-u", "-g"].map((what) =>
      Number(execFileSync("id", [what, "daemon"], { encoding: "utf8" })),
    );
    chownSync(home, user, group);
    const [copy, file, victim] = [join(folder, "copy"), join(home, "it's"), join(folder, "victim")];
    writeFileSync(copy, "looked at", { mode: 0o600 });
    writeFileSync(victim, "root's", { mode: 0o600 });
    const command = writtenBy("daemon", file).replace("COPY", copy);
    execFileSync("sh", ["-c", command]);
    t.same(
      [lstatSync(file).uid, lstatSync(file).mode & 0o777, readFileSync(file, "utf8")],
      [user, 0o600, "looked at"],
    );
    rmSync(file);
    symlinkSync(victim, file);
    t.not(spawnSync("sh", ["-c", command]).status, 0);
    t.equal(readFileSync(victim, "utf8"), "root's");
  },
);
