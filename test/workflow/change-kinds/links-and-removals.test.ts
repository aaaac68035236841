import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import t, { type Test } from "tap";
import { path } from "../../../src/host/path.js";
import { sha256 } from "../../../src/host/random-hex.js";
import { changeText } from "../../../src/ui/reports/plan-text.js";
import type { ChangeKind, RunContext } from "../../../src/workflow/change-kind.js";
import type { Change } from "../../../src/workflow/change.js";
import { createFolder, type CreateFolder } from "../../../src/workflow/change-kinds/create-folder.js";
import { createLink, type CreateLink } from "../../../src/workflow/change-kinds/create-link.js";
import { removeEntry, type RemoveEntry } from "../../../src/workflow/change-kinds/remove-entry.js";
import { problemOf, stage, type Stage } from "../../support/install-stage.js";

const at = path("/opt/entry");
const common = { step: "module", path: at } as const;
const owners = { uid: 7, gid: 8, owner: "#7", group: "#8" };
const seenLink = { target: "old", uid: 5, gid: 6 };
const link: CreateLink = { ...common, ...owners, kind: "create-link", target: "new target", before: null };
const relink: CreateLink = { ...link, before: seenLink };
const rights = { mode: 0o2750, uid: 5, gid: 6 };
const noFile: RemoveEntry = {
  ...common,
  kind: "remove-entry",
  was: { kind: "file", sha256: sha256("old"), size: 3, ...rights },
};
const noLink: RemoveEntry = { ...noFile, was: { kind: "link", ...seenLink } };
const noFolder: RemoveEntry = { ...noFile, was: { kind: "folder", ...rights } };

function make(s: Stage, what: "file" | "link" | "folder" | "nothing"): void {
  const name = s.at(at);
  if (what === "nothing") return;
  if (what === "link") {
    symlinkSync("old", name);
    lchownSync(name, 5, 6);
    return;
  }
  if (what === "file") writeFileSync(name, "old");
  else mkdirSync(name);
  chownSync(name, 5, 6);
  chmodSync(name, rights.mode);
}

function look(s: Stage): string {
  const stats = lstatSync(s.at(at), { throwIfNoEntry: false });
  if (stats === undefined) return "nothing";
  const content = stats.isFile() ? readFileSync(s.at(at), "utf8") : "folder";
  const rest = stats.isSymbolicLink() ? readlinkSync(s.at(at)) : content;
  return [stats.mode.toString(8), stats.uid, stats.gid, rest].join(" ");
}

async function recorded<C extends Change, P>(kind: ChangeKind<C, P>, change: C, run: RunContext): Promise<P> {
  const prior = kind.parsePrior(JSON.parse(JSON.stringify(await kind.record(change, run))));
  if (prior === undefined) throw new Error("its own prior state is not understood");
  return prior;
}

/** There, back, back again, there, and back by hand; what the change left, as text. */
async function roundTrip<C extends Change, P>(
  t: Test,
  s: Stage,
  kind: ChangeKind<C, P>,
  change: C,
): Promise<string> {
  const run = { ...s.run(), changes: [change] };
  const before = look(s);
  const prior = await recorded(kind, change, run);
  t.same(await kind.observe(change, prior, run), { state: "before" });
  await kind.undo(change, prior, run);
  t.equal(look(s), before, "undoing what was not begun changes nothing");
  await kind.perform(change, prior, run);
  const after = look(s);
  t.same(await kind.observe(change, prior, run), { state: "after" });
  for (const time of ["first", "second"]) {
    await kind.undo(change, prior, run);
    t.equal(look(s), before, time);
    t.same(await kind.observe(change, prior, run), { state: "before" });
  }
  await kind.perform(change, prior, run);
  for (const command of kind.byHand(change, prior, run)) execFileSync("sh", ["-c", command]);
  t.equal(look(s), before, "by hand");
  return after;
}

async function perform<C extends Change, P>(
  kind: ChangeKind<C, P>,
  change: C,
  prior: P,
  run: RunContext,
): Promise<void> {
  await kind.perform(change, prior, run);
}

async function undo<C extends Change, P>(
  kind: ChangeKind<C, P>,
  change: C,
  prior: P,
  run: RunContext,
): Promise<void> {
  await kind.undo(change, prior, run);
}

for (const [what, change] of [
  ["nothing", link],
  ["link", relink],
] as const)
  t.test(`a link in the place of ${what}: there and back`, async (t) => {
    const s = stage(t);
    make(s, what);
    t.equal(await roundTrip(t, s, createLink, change), "120777 7 8 new target");
  });

for (const change of [noFile, noLink, noFolder])
  t.test(`a removed ${change.was.kind}: there and back`, async (t) => {
    const s = stage(t);
    make(s, change.was.kind);
    t.equal(await roundTrip(t, s, removeEntry, change), "nothing");
  });

t.test("a link of the same target given to another: there and back", async (t) => {
  const s = stage(t);
  make(s, "link");
  t.equal(await roundTrip(t, s, createLink, { ...relink, target: "old" }), "120777 7 8 old");
});

t.test("a folder whose owner is told by number: there and back", async (t) => {
  const s = stage(t);
  const change: CreateFolder = {
    ...common,
    ...owners,
    kind: "create-folder",
    owner: "no-such-user",
    mode: 0o2755,
  };
  t.equal(await roundTrip(t, s, createFolder, change), "42755 7 8 folder");
  t.equal(changeText(change), "create folder /opt/entry  2755 setgid no-such-user:#8");
});

/** What stands there instead of what the plan saw. */
const others: Readonly<Record<string, (name: string) => void>> = {
  "a file": (name) => {
    writeFileSync(name, "theirs");
  },
  "a link": (name) => {
    symlinkSync("theirs", name);
  },
  "a folder with a file": (name) => {
    mkdirSync(name);
    writeFileSync(`${name}/theirs`, "");
  },
};

for (const [what, put] of Object.entries(others)) {
  t.test(`${what} that somebody put there since the plan stays`, async (t) => {
    for (const before of ["file", "link", "folder", "nothing"] as const) {
      const s = stage(t);
      const run = s.run();
      make(s, before);
      const link_ = before === "link" ? relink : link;
      const linkPrior =
        before === "file" || before === "folder" ? undefined : await createLink.record(link_, run);
      const change = [noFile, noLink, noFolder].find(({ was }) => was.kind === before);
      const prior = change && (await removeEntry.record(change, run));
      rmSync(s.at(at), { recursive: true, force: true });
      put(s.at(at));
      const now = look(s);
      if (linkPrior !== undefined)
        t.equal(
          (await problemOf(perform(createLink, link_, linkPrior, run))).code,
          "workflow-changed-since-plan",
        );
      if (change !== undefined && prior !== undefined) {
        t.equal(
          (await problemOf(perform(removeEntry, change, prior, run))).code,
          "workflow-changed-since-plan",
        );
        if (before !== "folder" || what !== "a folder with a file")
          t.equal((await problemOf(undo(removeEntry, change, prior, run))).code, "undo-unsafe");
      }
      t.equal(look(s), now);
    }
  });

  t.test(`${what} that somebody put there since the run stays`, async (t) => {
    const linked = stage(t);
    const run = linked.run();
    const prior = await createLink.record(link, run);
    await createLink.perform(link, prior, run);
    rmSync(linked.at(at));
    put(linked.at(at));
    const now = look(linked);
    t.match(await createLink.observe(link, prior, run), { state: "other" });
    t.equal((await problemOf(undo(createLink, link, prior, run))).code, "undo-unsafe");
    t.equal(look(linked), now);
  });
}

t.test("a folder that is not empty is not removed", async (t) => {
  const s = stage(t);
  make(s, "folder");
  writeFileSync(s.at("opt/entry/theirs"), "");
  const run = s.run();
  const prior = await removeEntry.record(noFolder, run);
  t.equal((await problemOf(perform(removeEntry, noFolder, prior, run))).code, "host-folder-not-empty");
  await removeEntry.undo(noFolder, prior, run);
  t.equal(look(s), "42750 5 6 folder");
});

t.test("owner, mode or target of what is removed are those of the plan, or it stays", async (t) => {
  const spoil = (s: Stage, change: RemoveEntry): void => {
    lchownSync(s.at(at), 5, 9);
    if (change.was.kind === "file") chmodSync(s.at(at), rights.mode);
  };
  for (const change of [noFile, noLink, noFolder]) {
    const s = stage(t);
    make(s, change.was.kind);
    const run = s.run();
    const prior = await removeEntry.record(change, run);
    spoil(s, change);
    t.equal((await problemOf(perform(removeEntry, change, prior, run))).code, "workflow-changed-since-plan");
    t.not(look(s), "nothing");
  }
});

t.test("a folder whose bringing back was cut off gets its owner and mode", async (t) => {
  for (const owner of [0, 5]) {
    const s = stage(t);
    make(s, "folder");
    const run = s.run();
    const prior = await removeEntry.record(noFolder, run);
    await removeEntry.perform(noFolder, prior, run);
    mkdirSync(s.at(at), { mode: 0o700 });
    chmodSync(s.at(at), 0o700);
    if (owner !== 0) chownSync(s.at(at), 5, 6);
    t.same(await removeEntry.observe(noFolder, prior, run), { state: "partly" });
    await removeEntry.undo(noFolder, prior, run);
    t.equal(look(s), "42750 5 6 folder");
    rmdirSync(s.at(at));
  }
});

t.test("a removed file comes back with its attributes", async (t) => {
  const s = stage(t);
  make(s, "file");
  execFileSync("python3", ["-c", "import os, sys; os.setxattr(sys.argv[1], 'user.note', b'x')", s.at(at)]);
  const run = s.run();
  const prior = await removeEntry.record(noFile, run);
  for (const back of [
    () => undo(removeEntry, noFile, prior, run),
    () => execFileSync("sh", ["-c", ...removeEntry.byHand(noFile, prior, run)]),
  ]) {
    await removeEntry.perform(noFile, prior, run);
    await back();
    t.same(s.host.files(5).attributes(at), { "user.note": "eA==" });
  }
});

t.test("what they say, and prior states that nobody wrote so", (t) => {
  t.same([link, relink, noFile, noLink].map(changeText), [
    "create link /opt/entry → new target  #7:#8",
    "replace link /opt/entry → new target  #7:#8, which led to old",
    "remove file /opt/entry",
    "remove link /opt/entry → old",
  ]);
  for (const json of [null, {}, { was: "x" }, { was: "file" }, { was: "link", uid: 0 }, { was: "folder" }])
    t.equal(removeEntry.parsePrior(json), undefined);
  for (const json of [null, {}, { existed: true }, { existed: true, target: 1, uid: 0, gid: 0 }])
    t.equal(createLink.parsePrior(json), undefined);
  t.end();
});
