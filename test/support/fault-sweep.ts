import { constants } from "node:os";
import type { Test } from "tap";
import type { AbsolutePath } from "../../src/host/path.js";
import { endsOf, type Ends } from "./apply-ends.js";
import type { Fault, FaultyProgram } from "./faulty-calls.js";
import { inLanes } from "./in-lanes.js";
import { runVerb, type Ran } from "./run-verb.js";
import { sampled } from "./seed.js";
import type { Scene } from "./sweep-scenes.js";
import { differences, temporariesIn, treeOf, type Tree } from "./tree.js";

const isLong = process.env["KNETCTL_SWEEP"] === "all";
const { EIO, ENOSPC, EDQUOT, EROFS, EACCES, EAGAIN } = constants.errno;

interface Count {
  points: number;
  applied: number;
  rolledBack: number;
  refused: number;
  failed: number;
}

/** Applies with the fault and holds what is said against what is there. */
async function faultAt(
  t: Test,
  program: FaultyProgram,
  scene: Scene,
  { before, after }: Ends,
  fault: Fault,
  name: string,
  count: Count,
): Promise<void> {
  const { root, remove } = scene.fresh();
  count.points += 1;
  const ran = await program.run(["apply", scene.profile, root], fault).catch((error: unknown) => {
    throw new Error(name, { cause: error });
  });
  const now = treeOf(root);
  const errors = ran?.problems.filter(({ severity }) => severity === "error") ?? [];
  const fail = (what: string, found: unknown): void => {
    t.fail(`${name}: ${what}`, { found, ran });
  };
  if (ran === undefined) fail("it was killed", undefined);
  else if (ran.exitCode === 0) {
    count.applied += 1;
    if (differences(after, now).length > 0)
      fail("applied, and yet it is not as after an apply", differences(after, now));
  } else {
    if (errors.length === 0) fail("it failed without an error", undefined);
    const unclear = errors.filter((problem) => !isClear(problem));
    if (unclear.length > 0) fail("a problem does not say where and why", unclear);
    if (ran.outcome === "failed") await failed(scene, root, before, ran, count, fail);
    else {
      if (ran.outcome === "rolled-back") count.rolledBack += 1;
      else count.refused += 1;
      if (differences(before, now).filter(notTemporary).length > 0)
        fail("it is not as before", differences(before, now));
      if (typeof fault.at === "number" && fault.how !== "full" && temporariesIn(now).length > 1)
        fail("temporaries are left", temporariesIn(now));
    }
  }
  await nextApply(scene, root, after, fail);
  remove();
}

type Fail = (what: string, found: unknown) => void;

/**
 * What could not be put back is named, with the commands that do it by hand; without the fault a rollback
 * does it.
 */
async function failed(
  scene: Scene,
  root: AbsolutePath,
  before: Tree,
  ran: Ran,
  count: Count,
  fail: Fail,
): Promise<void> {
  count.failed += 1;
  const undone = ran.problems.filter(
    ({ code }) => code === "workflow-undo-failed" || code === "workflow-not-as-before",
  );
  if (undone.length === 0 || !undone.every(({ hint }) => hint !== undefined && hint !== ""))
    fail("what could not be put back is not said", ran.problems);
  const { outcome, problems } = await runVerb("rollback", scene.profile, root);
  if (outcome !== "rolled-back") fail("the rollback failed too, without the fault", problems);
  const left = differences(before, treeOf(root));
  if (left.length > 0) fail("after the rollback it is not as before", left);
}

async function nextApply(scene: Scene, root: AbsolutePath, after: Tree, fail: Fail): Promise<void> {
  const { exitCode, problems } = await runVerb("apply", scene.profile, root);
  if (exitCode !== 0) fail("the next apply fails", problems);
  const left = differences(after, treeOf(root));
  if (left.length > 0) fail("after the next apply it is not as it should be", left);
}

function isClear({ code, where, detail, hint }: Ran["problems"][number]): boolean {
  if (code === "internal-error" || code === "workflow-change-failed") return false;
  return where !== undefined && (detail !== undefined || hint !== undefined);
}

function notTemporary(line: string): boolean {
  return !/\/\.knetctl-[0-9a-f]{24}\.tmp(\/draft)?: nothing/.test(line);
}

interface Sweep {
  readonly title: string;
  readonly how: Fault["how"];
  readonly lasting: boolean;
  /** Of which calls; left out: of all. */
  readonly of?: RegExp;
  /** Every so many calls in `npm test`, and in `npm run test:attacks`. */
  readonly strides: readonly [number, number];
}

const sweeps: readonly Sweep[] = [
  { title: "one call ends in EIO", how: EIO, lasting: false, strides: [72, 1] },
  { title: "one call ends in ENOSPC", how: ENOSPC, lasting: false, strides: [72, 1] },
  { title: "every call from one on ends in ENOSPC", how: ENOSPC, lasting: true, strides: [160, 6] },
  { title: "every call from one on ends in EIO", how: EIO, lasting: true, strides: [160, 6] },
  { title: "one call ends in EDQUOT", how: EDQUOT, lasting: false, strides: [160, 10] },
  { title: "every call from one on ends in EROFS", how: EROFS, lasting: true, strides: [160, 10] },
  { title: "one call ends in EACCES", how: EACCES, lasting: false, strides: [160, 10] },
  {
    title: "one write is cut short, and then the disk is full",
    how: "full",
    lasting: false,
    of: /^p?writev?$/,
    strides: [24, 1],
  },
  { title: "one program cannot be started", how: EAGAIN, lasting: false, of: /^fork$/, strides: [1, 1] },
  { title: "the disk is full from one call on", how: "needs-space", lasting: true, strides: [96, 3] },
];

/**
 * Applies to the host once for each fault at each call of the strides, and holds how each ends against what
 * is there.
 */
export async function sweepFaults(t: Test, program: FaultyProgram, scene: Scene): Promise<void> {
  const ends = await endsOf(t, program, scene);
  for (const { title, how, lasting, of, strides } of sweeps) {
    const count: Count = { points: 0, applied: 0, rolledBack: 0, refused: 0, failed: 0 };
    const stride = strides[isLong ? 1 : 0];
    const first = sampled(`${title} on ${scene.name}`, stride);
    const calls = ends.calls
      .filter(({ name }) => of?.test(name) !== false)
      .filter((_, index) => index % stride === first);
    await inLanes(2, calls, async ({ number, name, path }) => {
      await faultAt(
        t,
        program,
        scene,
        ends,
        { at: lasting ? `${number}+` : number, how },
        `${title}: ${number} of ${ends.calls.length}: ${name} ${path}`,
        count,
      );
    });
    t.ok(count.points > 0, `${title}: ${count.points} points`);
    t.comment(`${scene.name}: ${title}: ${JSON.stringify(count)}`);
  }
}

/** Every write of an apply takes half of what is asked for, and it ends as ever. */
export async function halveWrites(t: Test, program: FaultyProgram, scene: Scene): Promise<void> {
  const { root, remove } = scene.fresh();
  const { after } = await endsOf(t, program, scene);
  t.match(await program.run(["apply", scene.profile, root], { at: "1+", how: "short" }), {
    exitCode: 0,
    outcome: "applied",
  });
  t.same(differences(after, treeOf(root)), []);
  remove();
}
