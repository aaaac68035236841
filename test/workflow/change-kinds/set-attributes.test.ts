import t from "tap";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmdirSync, statSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { changeText } from "../../../src/ui/reports/plan-text.js";
import type { RunContext } from "../../../src/workflow/change-kind.js";
import { removeEntry, type RemoveEntry } from "../../../src/workflow/change-kinds/remove-entry.js";
import { setAttributes, type SetAttributes } from "../../../src/workflow/change-kinds/set-attributes.js";
import { problemOf, stage, type Stage } from "../../support/install-stage.js";

const at = path("/opt/entry");
const listed = "u:7:rwx,g:8:r-x,d:u:7:rwx";

function folder(s: Stage, acl?: string): void {
  mkdirSync(s.at(at), { mode: 0o750 });
  if (acl !== undefined) setfacl(s, acl);
}

function setfacl(s: Stage, acl: string): void {
  execFileSync("setfacl", ["-m", acl, s.at(at)]);
}

function look(s: Stage): string {
  const list = execFileSync("getfacl", ["--absolute-names", "--numeric", s.at(at)], { encoding: "utf8" });
  const others = execFileSync("getfattr", ["--absolute-names", "--dump", s.at(at)], { encoding: "utf8" });
  return list.replace(/^# file.*\n/, "") + others.replace(/^# file.*\n/, "");
}

function state(s: Stage) {
  return { mode: statSync(s.at(at)).mode & 0o7777, attributes: s.host.files().attributes(at) ?? {} };
}

/** The change that makes of a folder what `work` makes of it, which is taken back then. */
function changeBy(s: Stage, work: () => void, undo: () => void): SetAttributes {
  const from = state(s);
  work();
  const to = state(s);
  undo();
  return { step: "module", kind: "set-attributes", path: at, from, ...to };
}

async function recorded(change: SetAttributes, run: RunContext) {
  const prior = setAttributes.parsePrior(JSON.parse(JSON.stringify(await setAttributes.record(change, run))));
  if (prior === undefined) throw new Error("its own prior state is not understood");
  return prior;
}

t.test("lists and other attributes: made, undone, made again, and undone by hand", async (t) => {
  const s = stage(t);
  folder(s, "u:9:--x");
  const [old, before] = [state(s), look(s)];
  const change = changeBy(
    s,
    () => {
      setfacl(s, listed);
      execFileSync("setfattr", ["-n", "user.odd", "-v", "a b", s.at(at)]);
    },
    () => {
      rmdirSync(s.at(at));
      folder(s, "u:9:--x");
    },
  );
  t.same(state(s), old);
  const run = s.run();
  const prior = await recorded(change, run);
  for (const way of ["undo", "undo", "by hand"]) {
    t.same(await setAttributes.observe(change, prior, run), { state: "before" });
    await setAttributes.perform(change, prior, run);
    t.same(state(s), { mode: change.mode, attributes: change.attributes });
    t.same(await setAttributes.observe(change, prior, run), { state: "after" });
    if (way === "undo") await setAttributes.undo(change, prior, run);
    else for (const line of setAttributes.byHand(change, prior, run)) execFileSync("sh", ["-ec", line]);
    t.equal(look(s), before);
    await setAttributes.undo(change, prior, run);
  }
  t.match(changeText(change), "change attributes of folder /opt/entry  0750 → 0770");
  t.same(setAttributes.summary?.(change), [
    "access control list: user::rwx,user:7:rwx,user:9:--x,group::r-x,group:8:r-x,mask::rwx,other::---",
    "access control list for what is made in it: user::rwx,user:7:rwx,group::r-x,mask::rwx,other::---",
    "extended attribute: user.odd",
  ]);
});

t.test("a list that somebody sets before or after is not overwritten", async (t) => {
  const s = stage(t);
  folder(s);
  const change = changeBy(
    s,
    () => {
      setfacl(s, listed);
    },
    () => {
      rmdirSync(s.at(at));
      folder(s);
    },
  );
  const run = s.run();
  const prior = await recorded(change, run);
  setfacl(s, "u:10:r-x");
  const theirs = look(s);
  t.match(await problemOf(Promise.resolve().then(() => setAttributes.perform(change, prior, run))), {
    code: "workflow-changed-since-plan",
  });
  t.equal(look(s), theirs);
  t.match(await setAttributes.observe(change, prior, run), { state: "other" });
  t.match(await problemOf(Promise.resolve().then(() => setAttributes.undo(change, prior, run))), {
    code: "undo-unsafe",
  });
  t.equal(look(s), theirs);
});

t.test("one that was cut off between two attributes is partly made, and undone", async (t) => {
  const s = stage(t);
  folder(s);
  const before = look(s);
  const change = changeBy(
    s,
    () => {
      setfacl(s, listed);
    },
    () => {
      rmdirSync(s.at(at));
      folder(s);
    },
  );
  const run = s.run();
  const prior = await recorded(change, run);
  setfacl(s, "u:7:rwx,g:8:r-x");
  t.same(await setAttributes.observe(change, prior, run), { state: "partly" });
  await setAttributes.undo(change, prior, run);
  t.equal(look(s), before);
});

t.test("a removed folder comes back with its lists, also by a second try", async (t) => {
  const s = stage(t);
  folder(s, listed);
  const before = look(s);
  const { mode } = state(s);
  const change: RemoveEntry = {
    step: "module",
    kind: "remove-entry",
    path: at,
    was: { kind: "folder", mode, uid: 0, gid: 0 },
  };
  const run = s.run();
  const prior = removeEntry.parsePrior(JSON.parse(JSON.stringify(await removeEntry.record(change, run))));
  if (prior === undefined) throw new Error("its own prior state is not understood");
  await removeEntry.perform(change, prior, run);
  await removeEntry.undo(change, prior, run);
  t.equal(look(s), before);
  t.same(await removeEntry.observe(change, prior, run), { state: "before" });
  execFileSync("setfacl", ["-b", s.at(at)]);
  t.same(await removeEntry.observe(change, prior, run), { state: "partly" });
  await removeEntry.undo(change, prior, run);
  t.equal(look(s), before);
});
