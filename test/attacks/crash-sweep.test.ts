import t, { type Test } from "tap";
import { lstatSync, mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { AbsolutePath } from "../../src/host/path.js";
import { realHost } from "../../src/host/real-host.js";
import { unfinishedRun } from "../../src/workflow/undo/recover.js";
import { endsOf, type Ends } from "../support/apply-ends.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { faultyProgram, type Call, type Fault } from "../support/faulty-calls.js";
import { inLanes } from "../support/in-lanes.js";
import { runVerb } from "../support/run-verb.js";
import { sampled } from "../support/seed.js";
import { freshHost, settledHost, type Scene } from "../support/sweep-scenes.js";
import { differences, temporariesIn, tornIn, treeOf, type Tree } from "../support/tree.js";

await ensureSandbox(import.meta.filename);

/** Every point in `npm run test:attacks`; every so many otherwise, from a chosen first one on. */
const stride = process.env["KNETCTL_SWEEP"] === "all" ? 1 : 24;
/** Milliseconds after the start of a program at which to kill as well. */
const moments = stride === 1 ? [0, 3, 10, 30, 100] : [0, 10];

const folder = mkdtempSync("/dev/shm/knetctl-sweep-");
const program = faultyProgram(folder);

interface Count {
  points: number;
  torn: number;
  wider: number;
  plans: number;
  takenBack: number;
  appliedAgain: number;
}

async function killedAt(
  t: Test,
  scene: Scene,
  { before, after }: Ends,
  fault: Fault,
  name: string,
  count: Count,
): Promise<void> {
  const { root, remove } = scene.fresh();
  if ((await program.run(["apply", scene.profile, root], fault)) !== undefined)
    t.fail(`${name}: it was not killed`);
  count.points += 1;
  const now = treeOf(root);
  // a program that was under way goes on, and its files are its own matter until it has ended
  if (fault.how === "kill") {
    const { torn, wider } = tornIn(before, now, after);
    count.torn += torn.length;
    count.wider += wider.length;
    if (torn.length + wider.length > 0) t.same({ torn, wider }, { torn: [], wider: [] }, name);
  }
  if (!isRootsAlone(root)) t.fail(`${name}: others can look into the state`);
  if (count.points % 4 === 0 && fault.how === "kill") await planSays(t, scene, root, now, name, count);
  await (count.points % 3 === 0 ? applyGoesOn : rollbackEnds)(t, scene, root, { before, after }, name, count);
  remove();
}

/** A plan tells of the unfinished run, and changes nothing. */
async function planSays(
  t: Test,
  scene: Scene,
  root: AbsolutePath,
  now: Tree,
  name: string,
  count: Count,
): Promise<void> {
  const isUnfinished = unfinishedRun(realHost(root)) !== undefined;
  const { exitCode, problems } = await runVerb("plan", scene.profile, root);
  const said = problems
    .filter(({ code }) => code === "workflow-unfinished-run")
    .map(({ severity }) => severity);
  const wanted = isUnfinished ? { said: ["warning"], exitCode: 2 } : { said: [], exitCode };
  if (said.join() !== wanted.said.join() || exitCode !== wanted.exitCode)
    t.same({ said, exitCode }, wanted, `${name}: plan`);
  const changed = differences(now, treeOf(root));
  if (changed.length > 0) t.same(changed, [], `${name}: plan changed something`);
  count.plans += 1;
}

async function applyGoesOn(
  t: Test,
  scene: Scene,
  root: AbsolutePath,
  { after }: Pick<Ends, "after">,
  name: string,
  count: Count,
): Promise<void> {
  const isUnfinished = unfinishedRun(realHost(root)) !== undefined;
  const ran = await runVerb("apply", scene.profile, root);
  const { exitCode, recovered, problems } = ran;
  if (exitCode !== 0 || isUnfinished !== (recovered !== undefined))
    t.same({ exitCode, recovered, problems }, { exitCode: 0, recovered: isUnfinished }, `${name}: apply`);
  const left = differences(after, treeOf(root));
  if (left.length > 0) t.same(left, [], `${name}: after the next apply`);
  const again = await runVerb("apply", scene.profile, root);
  if (again.outcome !== "unchanged")
    t.same([again.outcome, again.problems], ["unchanged", []], `${name}: a second apply`);
  count.appliedAgain += 1;
}

async function rollbackEnds(
  t: Test,
  scene: Scene,
  root: AbsolutePath,
  { before, after }: Pick<Ends, "before" | "after">,
  name: string,
  count: Count,
): Promise<void> {
  // not begun yet, or ended already
  if (unfinishedRun(realHost(root)) === undefined) {
    await applyGoesOn(t, scene, root, { after }, name, count);
    return;
  }
  const ran = await runVerb("rollback", scene.profile, root);
  if (ran.outcome !== "rolled-back") t.match(ran, { outcome: "rolled-back" }, `${name}: rollback`);
  count.takenBack += 1;
  const now = treeOf(root);
  const left = differences(before, now);
  if (left.length > 0) t.same(left, [], `${name}: after the rollback`);
  const temporaries = temporariesIn(now);
  if (temporaries.length > 0) t.same(temporaries, [], name);
}

function isRootsAlone(root: string): boolean {
  const stats = lstatSync(join(root, "var/lib/knetctl"), { throwIfNoEntry: false });
  return stats === undefined || (stats.uid === 0 && (stats.mode & 0o077) === 0);
}

for (const scene of [freshHost(t, folder), settledHost(t, folder)]) {
  t.test(
    `49: killed before any changing call of an apply on ${scene.name}: old or new, never open, and ` +
      "the next run puts it right",
    async (t) => {
      const ends = await endsOf(t, program, scene);
      const count: Count = { points: 0, torn: 0, wider: 0, plans: 0, takenBack: 0, appliedAgain: 0 };
      const first = sampled(`kills of ${scene.name}`, stride);
      const kills = ends.calls
        .filter(({ number }) => number % stride === first % stride)
        .map((call) => ({ call, fault: { at: call.number, how: "kill" } as const }));
      const underWay = ends.calls
        .filter(({ name }) => name === "fork")
        .flatMap((call, index) =>
          moments.map((ms) => ({
            call,
            fault: { at: index + 1, how: "under-way", delay: ms * 1000 } as const,
          })),
        );
      await inLanes(2, [...kills, ...underWay], async ({ call: { number, name, path }, fault }) => {
        await killedAt(
          t,
          scene,
          ends,
          fault,
          `${fault.how} ${"delay" in fault ? `${fault.delay} µs ` : ""}${number} of ` +
            `${ends.calls.length}: ${name} ${path}`,
          count,
        );
      });
      t.ok(count.points > 0, `${count.points} of ${ends.calls.length} points hit`);
      t.same({ torn: count.torn, wider: count.wider }, { torn: 0, wider: 0 });
      t.ok(count.takenBack > 0 && count.appliedAgain > 0 && count.plans > 0);
      t.comment(
        `${scene.name}: ${ends.calls.length} changing calls; killed ${kills.length} times before one ` +
          `and ${underWay.length} times while a program ran: torn ${count.torn}, wider ${count.wider}; ` +
          `${count.plans} plans, ${count.takenBack} rollbacks, ${count.appliedAgain} applies`,
      );
    },
  );
}

/**
 * Where a run is cut off before its taking back is cut off too: just after programs and in the last third.
 */
function firstKills({ calls }: Ends): readonly Fault[] {
  const forks = calls
    .filter(({ name }) => name === "fork")
    .map((_, index): Fault => ({ at: index + 1, how: "under-way", delay: 20_000 }))
    .slice(1);
  return [...forks, { at: Math.floor(calls.length * 0.97), how: "kill" }];
}

/** A number that lies behind the last call of a rollback of that run. */
async function rollbackCalls(scene: Scene, first: Fault): Promise<readonly Call[]> {
  const { root, remove } = scene.fresh();
  await program.run(["apply", scene.profile, root], first);
  const { calls } = await program.calls(["rollback", scene.profile, root]);
  remove();
  return calls;
}

for (const scene of [freshHost(t, folder), settledHost(t, folder)]) {
  t.test(
    `49: killed in a run on ${scene.name}, and again before any changing call of its taking back: ` +
      "the next one ends it",
    async (t) => {
      const ends = await endsOf(t, program, scene);
      const count = { points: 0, torn: 0, wider: 0 };
      const chosen = stride === 1 ? firstKills(ends) : firstKills(ends).slice(-1);
      for (const first of chosen) {
        const step = stride === 1 ? 2 : 36;
        const offset = sampled(`kills while taking back ${scene.name}`, step);
        const calls = (await rollbackCalls(scene, first)).filter((_, index) => index % step === offset);
        await inLanes(2, calls, async ({ number, name, path }) => {
          const { root, remove } = scene.fresh();
          await program.run(["apply", scene.profile, root], first);
          await program.run(["rollback", scene.profile, root], { at: number, how: "kill" });
          // on the way back: the state before is where it ends
          const { torn, wider } = tornIn(ends.after, treeOf(root), ends.before);
          count.points += 1;
          count.torn += torn.length;
          count.wider += wider.length;
          const { outcome, problems } = await runVerb("rollback", scene.profile, root);
          const left = differences(ends.before, treeOf(root));
          if (outcome !== "rolled-back" || left.length > 0)
            t.same(
              { outcome, problems, left },
              { outcome: "rolled-back" },
              `${first.how} ${first.at}, then kill ${number}: ${name} ${path}`,
            );
          if (torn.length + wider.length > 0)
            t.same(
              { torn, wider },
              { torn: [], wider: [] },
              `${first.how} ${first.at}, then kill ${number}: ${name} ${path}`,
            );
          remove();
        });
      }
      t.ok(count.points > 0, `${count.points} points hit`);
      t.same({ torn: count.torn, wider: count.wider }, { torn: 0, wider: 0 });
      t.comment(
        `${scene.name}: ${chosen.length} runs cut off, their taking back killed at ${count.points} ` +
          `points: torn ${count.torn}, wider ${count.wider}`,
      );
    },
  );
}

t.test("49: nothing is left of the killed runs in /tmp", async (t) => {
  const scene = freshHost(t, folder);
  await runVerb("apply", scene.profile, scene.fresh().root);
  t.same(
    readdirSync("/tmp").filter((name) => name.startsWith("knetctl-")),
    [],
  );
});
