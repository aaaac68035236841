import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import type { AbsolutePath } from "../../src/host/path.js";
import { currentFile, runsFolder, stateFolder } from "../../src/host/path.js";
import type { RecordedRun } from "../../src/workflow/journal/entry.js";
import { mayStand } from "../../src/workflow/journal/recorded-run.js";
import { readRun } from "../../src/workflow/journal/runs.js";
import { type DiskCall, traceDisk } from "../support/disk-trace.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { faultyProgram } from "../support/faulty-calls.js";
import { ForgetfulDisk, type Left, type Luck, lucks } from "../support/forgetful-disk.js";
import { MemoryHost } from "../support/memory-host.js";
import { runVerb } from "../support/run-verb.js";
import { sampled } from "../support/seed.js";
import { bareHost, type Scene, settledHost } from "../support/sweep-scenes.js";
import { differences, type Seen, tornIn, type Tree, treeOf } from "../support/tree.js";

await ensureSandbox(import.meta.filename);

/** The folders that an apply of these scenes works in. */
const tops = ["/etc", "/var"];
/**
 * Of the disks that a cut leaves, so many times fewer are recovered by knetctl itself; in `npm run
 * test:attacks` all are, in both ways.
 */
const recoveredOf = process.env["KNETCTL_SWEEP"] === "all" ? 1 : 40;

const folder = mkdtempSync("/dev/shm/knetctl-cut-");
const program = faultyProgram(folder, true);

type Disk = ReadonlyMap<string, Left>;

/** All that a cut after a call can leave, by what it is called. */
function cuts(disk: ForgetfulDisk, call: number): readonly (readonly [name: string, left: Disk])[] {
  const mixed: Luck = {
    names: (at) => sampled(`${call} name ${at}`, 2) === 0,
    rights: (at) => sampled(`${call} rights ${at}`, 2) === 0,
    content: (at) =>
      (["all", "half", "zeros", "none"] as const)[sampled(`${call} content ${at}`, 4)] ?? "none",
  };
  return [...Object.entries(lucks), ["some of each", mixed] as const].map(([name, luck]) => [
    name,
    disk.after(luck),
  ]);
}

/** Where a disturbed command comes from and goes to, and the host as it was before everything. */
interface Ends {
  readonly original: Tree;
  readonly from: Tree;
  readonly to: Tree;
}

interface Recorded extends Ends {
  readonly calls: readonly DiskCall[];
  readonly fresh: () => ForgetfulDisk;
}

/** The calls of a whole command, and the disk before them. */
async function recorded(t: Test, scene: Scene, verb: "apply" | "rollback"): Promise<Recorded> {
  const original = treeIn(new ForgetfulDisk(scene.fresh().root).after(never));
  const { root, remove } = scene.fresh();
  t.teardown(remove);
  if (verb === "rollback") await program.run(["apply", scene.profile, root]);
  const before = `${root}-before`;
  execFileSync("cp", ["-a", root, before]);
  t.teardown(() => {
    rmSync(before, { recursive: true, force: true });
  });
  const calls = traceDisk(
    [process.execPath, program.script, verb, scene.profile, root],
    root,
    join(folder, "trace"),
  );
  const played = new ForgetfulDisk(before);
  const from = treeIn(played.after(never));
  for (const call of calls) played.do(call);
  const to = treeIn(new ForgetfulDisk(root).after(never));
  t.same(
    differences(to, treeIn(played.after(everything))),
    [],
    "the calls, played again, give what the command left: none is missing",
  );
  t.same(differences(to, treeIn(played.after(never))), [], "at the end nothing is left to be lost");
  return { calls, original, from, to, fresh: () => new ForgetfulDisk(before) };
}

const never: Luck = { names: () => false, rights: () => false, content: () => "none" };
const everything: Luck = { names: () => true, rights: () => true, content: () => "all" };

/** Of the state, which has rules of its own, nothing. */
function treeIn(left: Disk): Tree {
  const entries = [...left].filter(
    ([at]) =>
      tops.some((top) => at.startsWith(`${top}/`)) && at !== stateFolder && !at.startsWith(`${stateFolder}/`),
  );
  return new Map(
    entries.map(([at, { kind, mode, owner, content }]): [string, Seen] => [
      at,
      { kind, mode, owner, content: kind === "folder" ? "" : hashOf(content) },
    ]),
  );
}

const hashes = new WeakMap<Buffer, string>();

function hashOf(content: Buffer): string {
  const known = hashes.get(content) ?? createHash("sha256").update(content).digest("hex");
  hashes.set(content, known);
  return known;
}

/**
 * The run that the state names as current, read as the next run would read it; undefined where none is, or it
 * has not begun.
 */
function currentIn(left: Disk): RecordedRun | undefined {
  const name = left.get(currentFile)?.content.toString("utf8").trim();
  if (name === undefined || name === "") return undefined;
  const files = Object.fromEntries(
    [...left]
      .filter(([at, { kind }]) => kind === "file" && at.startsWith(`${runsFolder}/${name}/`))
      .map(([at, { content }]) => [at, content]),
  );
  if (files[`${runsFolder}/${name}/journal.jsonl`] === undefined) return undefined;
  return readRun(new MemoryHost({ files }), name);
}

/** What is wrong with what a cut has left; nothing, where the next run can put it right. */
function faultsOf(left: Disk, { original, from, to }: Ends): readonly string[] {
  const now = treeIn(left);
  const { torn, wider } = tornIn(from, now, to);
  const state = left.get(stateFolder);
  return [
    ...torn.map((line) => `torn: ${line}`),
    ...wider.map((line) => `wider: ${line}`),
    ...halfRight(from, now, to, original),
    ...(state !== undefined && (state.mode & 0o077) !== 0 ? ["others can look into the state"] : []),
    ...unknownIn(left, now, original, to),
  ];
}

/**
 * A new content has its own owner and mode from the first moment on. One that is put back gets them back in
 * changes of their own.
 */
function halfRight(from: Tree, now: Tree, to: Tree, original: Tree): readonly string[] {
  return [...now].flatMap(([at, seen]) => {
    const [was, willBe] = [from.get(at), to.get(at)];
    const isNew =
      seen.kind === "file" &&
      willBe?.content === seen.content &&
      seen.content !== was?.content &&
      seen.content !== original.get(at)?.content;
    return isNew && (seen.mode !== willBe.mode || seen.owner !== willBe.owner)
      ? [`new, with other rights: ${at} ${seen.mode.toString(8)} ${seen.owner}`]
      : [];
  });
}

/**
 * Everything that is not as it was is known to the journal, with what it takes to put it back; and what has
 * ended is all there.
 */
function unknownIn(left: Disk, now: Tree, original: Tree, to: Tree): readonly string[] {
  const run = currentIn(left);
  if (run === undefined || run.outcome !== "unfinished") {
    const outcome = lastEnd(left);
    const applied = differences(original, to).length > 0 ? to : now;
    const wrong = unlike(outcome === "applied" ? applied : original, now);
    return wrong.length === 0 ? [] : [`it has ${outcome ?? "not begun"}, and yet: ${wrong.join(", ")}`];
  }
  const changed = unlike(original, now);
  const standing = run.changes.filter(mayStand);
  const untold = changed.filter(
    (line) => !standing.some(({ change }) => line.startsWith(`${change.path}: `)),
  );
  const lost = standing.filter(
    ({ change, number, prior }) =>
      change.kind === "write-file" &&
      change.before !== null &&
      JSON.stringify(prior).includes("before-") &&
      left.get(`${run.folder}/before-${number}`)?.content.toString("utf8") !== change.before,
  );
  return [
    ...untold.map((line) => `not in the journal: ${line}`),
    ...lost.map(({ change }) => `no copy of ${change.path}`),
  ];
}

/** Temporaries are for the next run to remove, which the sweeps of kills look at. */
function unlike(wanted: Tree, found: Tree): readonly string[] {
  return differences(wanted, found).filter((line) => !/\.tmp(\/draft)?: /.test(line));
}

/** How the run ended; undefined where none has. */
function lastEnd(left: Disk): string | undefined {
  const journal =
    [...left]
      .find(([at]) => at.startsWith(`${runsFolder}/`) && at.endsWith("/journal.jsonl"))?.[1]
      .content.toString("utf8") ?? "";
  return [...journal.matchAll(/^\{"type":"end",.*?"outcome":"([\w-]+)"/gm)].at(-1)?.[1];
}

/** Makes a host of what is left, and has knetctl go on there. */
async function recovers(
  t: Test,
  scene: Scene,
  left: Disk,
  verb: "rollback" | "apply",
  wanted: Tree,
  name: string,
): Promise<void> {
  const { root, remove } = scene.fresh();
  for (const top of tops) rmSync(join(root, top), { recursive: true, force: true });
  for (const [at, { kind, mode, owner, content }] of left) {
    if (!tops.some((top) => at === top || at.startsWith(`${top}/`))) continue;
    if (kind === "folder") mkdirSync(join(root, at));
    else writeFileSync(join(root, at), content);
    const [uid = 0, gid = 0] = owner.split(":").map(Number);
    chownSync(join(root, at), uid, gid);
    chmodSync(join(root, at), mode);
  }
  const { exitCode, problems } = await runVerb(verb, scene.profile, root);
  const found = exitCode === 0 ? unlike(wanted, realTree(root)) : problems;
  if (found.length > 0) t.same(found, [], `${name}: ${verb}`);
  remove();
}

function realTree(root: AbsolutePath): Tree {
  return new Map([...treeOf(root, tops)].filter(([at]) => !tops.includes(at)));
}

function pictureOf(left: Disk): string {
  return [...left]
    .filter(([at]) => tops.some((top) => at.startsWith(`${top}/`)))
    .map(([at, { kind, mode, owner, content }]) => [at, kind, mode, owner, hashOf(content)].join(" "))
    .join("\n");
}

/**
 * Goes on from a disk as an administrator would: what was cut off in the middle is taken back, or applied
 * anew.
 */
async function goOn(
  t: Test,
  scene: Scene,
  left: Disk,
  number: number,
  { original, from, to }: Ends,
  name: string,
): Promise<number> {
  const applied = differences(original, to).length > 0 ? to : from;
  const verbs =
    recoveredOf === 1
      ? (["rollback", "apply"] as const)
      : ([number % 2 === 0 ? "rollback" : "apply"] as const);
  // a rollback where nothing has begun has nothing to do
  for (const verb of verbs) await recovers(t, scene, left, verb, verb === "apply" ? applied : original, name);
  return verbs.length;
}

for (const make of [bareHost, settledHost]) {
  for (const verb of ["apply", "rollback"] as const) {
    const scene = make(t, folder);
    t.test(
      `the power is cut after any call of ${verb} on ${scene.name}: whole files with their own ` +
        "rights, and a journal that takes it back",
      async (t) => {
        const { calls, fresh, ...ends } = await recorded(t, scene, verb);
        const disk = fresh();
        const first = sampled(`${verb} ${scene.name}`, recoveredOf);
        const distinct = new Set<string>();
        let [points, recoveries] = [0, 0];
        for (const [index, call] of calls.entries()) {
          disk.do(call);
          for (const [luck, left] of cuts(disk, index)) {
            const name = `cut after ${index + 1} of ${calls.length}, ${call.call} ${call.path}; ${luck}`;
            const faults = faultsOf(left, ends);
            if (faults.length > 0) t.same(faults, [], name);
            points += 1;
            const picture = pictureOf(left);
            if (distinct.has(picture)) continue;
            distinct.add(picture);
            if (distinct.size % recoveredOf === first)
              recoveries += await goOn(t, scene, left, recoveries, ends, name);
          }
        }
        t.equal(points, calls.length * (Object.keys(lucks).length + 1));
        t.ok(points > 400 && recoveries > 0);
        t.comment(
          `${verb} on ${scene.name}: ${calls.length} calls, ${points} cuts, ${distinct.size} disks ` +
            `after them; ${recoveries} times knetctl went on from one`,
        );
      },
    );
  }
}
