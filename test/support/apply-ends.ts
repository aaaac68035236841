import type { Test } from "tap";
import { acquireLock } from "../../src/host/lock.js";
import { realHost } from "../../src/host/real-host.js";
import type { Call, FaultyProgram } from "./faulty-calls.js";
import type { Scene } from "./sweep-scenes.js";
import { treeOf, type Tree } from "./tree.js";

/** Between what a disturbed apply has to come to its end. */
export interface Ends {
  readonly before: Tree;
  readonly after: Tree;
  readonly calls: readonly Call[];
}

/** The host before, after an undisturbed apply, and the calls that led there. */
export async function endsOf(t: Test, program: FaultyProgram, scene: Scene): Promise<Ends> {
  const { root, remove } = scene.fresh();
  // the first run on a machine makes the folder of locks, in calls that no later one makes
  (await acquireLock({ host: realHost(root), waitSeconds: 0 })).release();
  const before = treeOf(root);
  const { calls, ran } = await program.calls(["apply", scene.profile, root]);
  t.match(ran, { exitCode: 0, outcome: "applied" });
  const after = treeOf(root);
  remove();
  return { before, after, calls };
}
