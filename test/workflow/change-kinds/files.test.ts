import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import t, { type Test } from "tap";
import { path } from "../../../src/host/path.js";
import type { ChangeKind, RunContext } from "../../../src/workflow/change-kind.js";
import type { Change } from "../../../src/workflow/change.js";
import type { CreateFolder } from "../../../src/workflow/change-kinds/create-folder.js";
import type { SetMode } from "../../../src/workflow/change-kinds/set-mode.js";
import type { SetOwner } from "../../../src/workflow/change-kinds/set-owner.js";
import type { WriteFile } from "../../../src/workflow/change-kinds/write-file.js";
import { createFolder } from "../../../src/workflow/change-kinds/create-folder.js";
import { setMode } from "../../../src/workflow/change-kinds/set-mode.js";
import { setOwner } from "../../../src/workflow/change-kinds/set-owner.js";
import { writeFile } from "../../../src/workflow/change-kinds/write-file.js";
import { problemOf, stage, type Stage } from "../../support/install-stage.js";

const root = { owner: "root", group: "root" };
const file = path("/etc/a b's");
const write: WriteFile = {
  step: "client-config",
  kind: "write-file",
  path: file,
  content: "new",
  before: null,
  sensitive: false,
  mode: 0o640,
  ...root,
};
const replace: WriteFile = { ...write, before: "old" };
const mode: SetMode = { step: "ownership", kind: "set-mode", path: file, from: 0o640, mode: 0o600 };
const owner: SetOwner = {
  step: "ownership",
  kind: "set-owner",
  path: file,
  from: root,
  owner: "#7",
  group: "#8",
  trusting: "seven",
};
const folder: CreateFolder = {
  step: "client-config",
  kind: "create-folder",
  path: path("/opt/made"),
  mode: 0o750,
  ...root,
};

/** What tells one state of a path from another, but for times. */
function look(s: Stage, name: string): string {
  const at = s.at(name);
  if (!existsSync(at)) return "nothing";
  const { mode: bits, uid, gid } = lstatSync(at);
  return [bits.toString(8), uid, gid, lstatSync(at).isFile() ? readFileSync(at, "utf8") : "folder"].join(" ");
}

function standing(s: Stage): Stage {
  writeFileSync(s.at("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nseven:x:7:8::/nonexistent:/bin/sh\n");
  writeFileSync(s.at(file), "old");
  chmodSync(s.at(file), 0o640);
  return s;
}

/**
 * Record, perform, observe at each point, undo twice, as another process would: with the prior state from
 * JSON.
 */
async function roundTrip<C extends Change, P>(
  t: Test,
  s: Stage,
  kind: ChangeKind<C, P>,
  change: C,
): Promise<{ prior: P; run: RunContext }> {
  const run: RunContext = { ...s.run(), changes: [change] };
  const before = look(s, change.path);
  const prior = kind.parsePrior(JSON.parse(JSON.stringify(await kind.record(change, run))) as unknown);
  if (prior === undefined) throw new Error("its own prior state is not understood");
  t.same(await kind.observe(change, prior, run), { state: "before" });
  await kind.undo(change, prior, run);
  t.equal(look(s, change.path), before, "undoing what was not begun changes nothing");
  await kind.perform(change, prior, run);
  t.not(look(s, change.path), before);
  t.same(await kind.observe(change, prior, run), { state: "after" });
  await kind.undo(change, prior, run);
  t.equal(look(s, change.path), before);
  t.same(await kind.observe(change, prior, run), { state: "before" });
  await kind.undo(change, prior, run);
  t.equal(look(s, change.path), before, "undoing can be repeated");
  await kind.perform(change, prior, run);
  return { prior, run };
}

async function undo<C extends Change, P>(
  kind: ChangeKind<C, P>,
  change: C,
  prior: P,
  run: RunContext,
): Promise<void> {
  await kind.undo(change, prior, run);
}

async function perform<C extends Change, P>(
  kind: ChangeKind<C, P>,
  change: C,
  prior: P,
  run: RunContext,
): Promise<void> {
  await kind.perform(change, prior, run);
}

/** Runs the commands that are printed for a person. */
function byHand(commands: readonly string[]): void {
  for (const command of commands) execFileSync("sh", ["-c", command]);
}

t.test("a new file: there and back, and by hand", async (t) => {
  const s = standing(stage(t));
  rmSync(s.at(file));
  const { prior, run } = await roundTrip(t, s, writeFile, write);
  byHand(writeFile.byHand(write, prior, run));
  t.equal(look(s, file), "nothing");
});

t.test("a replaced file: content, mode and owner come back, and by hand", async (t) => {
  const s = standing(stage(t));
  chownSync(s.at(file), 3, 4);
  chmodSync(s.at(file), 0o604);
  const before = look(s, file);
  writeFileSync(s.at("etc/passwd"), "root:x:0:0::/:\nthree:x:3:4::/:\n");
  const change = { ...replace, trusting: "three" };
  const { prior, run } = await roundTrip(t, s, writeFile, change);
  byHand(writeFile.byHand(change, prior, run));
  t.equal(look(s, file), before);
});

t.test("a file that somebody edited, removed or replaced since is not taken back", async (t) => {
  const spoil: Record<string, (at: string) => void> = {
    edited: (at) => {
      writeFileSync(at, "theirs");
    },
    removed: (at) => {
      rmSync(at);
    },
    "a folder now": (at) => {
      rmSync(at);
      mkdirSync(at);
    },
    "a link now": (at) => {
      rmSync(at);
      symlinkSync("/etc/passwd", at);
    },
  };
  for (const [what, make] of Object.entries(spoil)) {
    const s = standing(stage(t));
    const run = s.run();
    const prior = await writeFile.record(replace, run);
    await writeFile.perform(replace, prior, run);
    make(s.at(file));
    const now = lstatSync(s.at(file), { throwIfNoEntry: false })?.ino;
    await t.rejects(undo(writeFile, replace, prior, run), what);
    t.equal(lstatSync(s.at(file), { throwIfNoEntry: false })?.ino, now, `${what}: left as it is`);
  }
});

t.test("rights given to a written file since keep nobody from taking it back", async (t) => {
  const s = standing(stage(t));
  const run = s.run();
  const prior = await writeFile.record(replace, run);
  await writeFile.perform(replace, prior, run);
  chmodSync(s.at(file), 0o444);
  t.same(await writeFile.observe(replace, prior, run), { state: "after" });
  await writeFile.undo(replace, prior, run);
  t.equal(look(s, file), "100640 0 0 old");
});

t.test("an equal content written with other rights is not taken for the state before", async (t) => {
  const s = standing(stage(t));
  const same = { ...replace, content: "old", mode: 0o600 };
  const { prior, run } = await roundTrip(t, s, writeFile, same);
  t.same(await writeFile.observe(same, prior, run), { state: "after" });
});

t.test("the copy of the file before is gone: said, and nothing is removed", async (t) => {
  const s = standing(stage(t));
  const run = s.run();
  const prior = await writeFile.record(replace, run);
  await writeFile.perform(replace, prior, run);
  rmSync(s.at(`${run.folder}/before-1`));
  t.equal((await problemOf(undo(writeFile, replace, prior, run))).code, "journal-damaged");
  t.equal(look(s, file), "100640 0 0 new");
});

t.test("the kept copy is root's alone", async (t) => {
  const s = standing(stage(t));
  const run = s.run();
  await writeFile.record(replace, run);
  t.equal(look(s, `${run.folder}/before-1`), "100600 0 0 old");
});

t.test("a mode: there and back, and by hand; another one since is left", async (t) => {
  const s = standing(stage(t));
  const { prior, run } = await roundTrip(t, s, setMode, mode);
  byHand(setMode.byHand(mode, prior, run));
  t.equal(look(s, file), "100640 0 0 old");
  chmodSync(s.at(file), 0o444);
  t.match(await setMode.observe(mode, prior, run), { state: "other", because: /0444/ });
  t.equal((await problemOf(undo(setMode, mode, prior, run))).code, "undo-unsafe");
  t.equal(look(s, file), "100444 0 0 old");
  rmSync(s.at(file));
  t.match(await setMode.observe(mode, prior, run), { state: "other", because: /gone/ });
});

t.test("an owner: there and back, and by hand; another one since is left", async (t) => {
  const s = standing(stage(t));
  const { prior, run } = await roundTrip(t, s, setOwner, owner);
  byHand(setOwner.byHand(owner, prior, run));
  t.equal(look(s, file), "100640 0 0 old");
  chownSync(s.at(file), 9, 9);
  t.match(await setOwner.observe(owner, prior, run), { state: "other", because: /#9:#9/ });
  t.equal((await problemOf(undo(setOwner, owner, prior, run))).code, "undo-unsafe");
});

t.test(
  "set-id bits that a change of owner took away come back with the owner, also after half an undoing",
  async (t) => {
    const s = standing(stage(t));
    chmodSync(s.at(file), 0o4750);
    const { prior, run } = await roundTrip(t, s, setOwner, owner);
    t.equal(look(s, file), "100750 7 8 old");
    chownSync(s.at(file), 0, 0);
    t.same(await setOwner.observe(owner, prior, run), { state: "partly" });
    await setOwner.undo(owner, prior, run);
    t.equal(look(s, file), "104750 0 0 old");
    await setOwner.perform(owner, prior, run);
    byHand(setOwner.byHand(owner, prior, run));
    t.equal(look(s, file), "104750 0 0 old");
  },
);

t.test("an owner, then content, on one path: undone in reverse, all is as before", async (t) => {
  const s = standing(stage(t));
  const run = s.run();
  const content = { ...replace, owner: "#7", group: "#8", trusting: "seven" };
  const owned = await setOwner.record(owner, run);
  await setOwner.perform(owner, owned, run);
  const second = { ...run, number: 2 };
  const written = await writeFile.record(content, second);
  await writeFile.perform(content, written, second);
  await writeFile.undo(content, written, second);
  await setOwner.undo(owner, owned, run);
  t.equal(look(s, file), "100640 0 0 old");
});

t.test("a folder: there and back, and by hand", async (t) => {
  const s = standing(stage(t));
  const { prior, run } = await roundTrip(t, s, createFolder, folder);
  byHand(createFolder.byHand(folder, prior, run));
  t.equal(look(s, folder.path), "nothing");
});

t.test("a folder with something of somebody else's in it is left, and so is what is in it", async (t) => {
  const s = standing(stage(t));
  const run = { ...s.run(), changes: [folder] };
  const prior = await createFolder.record(folder, run);
  await createFolder.perform(folder, prior, run);
  writeFileSync(s.at("opt/made/theirs"), "");
  t.match(await createFolder.observe(folder, prior, run), { state: "other", because: /theirs/ });
  t.equal((await problemOf(undo(createFolder, folder, prior, run))).code, "undo-unsafe");
  t.ok(existsSync(s.at("opt/made/theirs")));
});

t.test("a folder with a temporary of a killed write in it goes, temporary and all", async (t) => {
  const s = standing(stage(t));
  const run = { ...s.run(), changes: [folder] };
  const prior = await createFolder.record(folder, run);
  await createFolder.perform(folder, prior, run);
  writeFileSync(s.at("opt/made/.knetctl-0123456789abcdef01234567.tmp"), "", { mode: 0o600 });
  t.same(await createFolder.observe(folder, prior, run), { state: "after" });
  await createFolder.undo(folder, prior, run);
  t.equal(look(s, folder.path), "nothing");
});

t.test("a folder that was there before the run is never removed", async (t) => {
  const s = standing(stage(t));
  mkdirSync(s.at("opt/made"));
  const run = s.run();
  const prior = await createFolder.record(folder, run);
  await t.rejects(perform(createFolder, folder, prior, run));
  await createFolder.undo(folder, prior, run);
  t.ok(existsSync(s.at("opt/made")));
  t.same(createFolder.byHand(folder, prior, run), []);
});

t.test("a prior state that its kind would not have written is refused", (t) => {
  const noObjects: readonly unknown[] = [undefined, null, 1, "x", [], {}, { existed: 1 }];
  const noRights: readonly unknown[] = [
    { mode: -1 },
    { mode: 1.5 },
    { mode: 0o10000 },
    { mode: "600", uid: 0, gid: 0 },
  ];
  const noCopies: readonly unknown[] = [
    { existed: true },
    { existed: true, backup: "../x", rights: { mode: 0, uid: 0, gid: 0 } },
    { existed: true, backup: "before-1", rights: { mode: 0, uid: 0 } },
  ];
  const wrong = {
    createFolder: noObjects,
    setMode: [...noObjects, ...noRights],
    setOwner: [...noObjects, ...noRights, { uid: -1, gid: 0, mode: 0 }],
    writeFile: [...noObjects, ...noCopies],
  };
  const kinds = { createFolder, setMode, setOwner, writeFile };
  for (const name of ["createFolder", "setMode", "setOwner", "writeFile"] as const)
    for (const json of wrong[name])
      t.equal(kinds[name].parsePrior(json), undefined, `${name} ${JSON.stringify(json)}`);
  t.end();
});
