import type { Host } from "../host/host.js";
import { isError, Problem, Problems } from "../problem/problem.js";
import { type Change, canBeStaged, waitsForProof } from "./change.js";
import { type Looks, looksOf } from "./looks.js";
import { makeInStage } from "./make-changes.js";
import type { Plan } from "./plan.js";
import { prove, type ProofResult, type ProveOptions } from "./prove.js";
import type { StepInput } from "./step.js";

/** Whether a change is made before the proof. */
function isMadeFirst(change: Change): boolean {
  return !waitsForProof(change);
}

/** How a plan went in a stage. */
export interface Rehearsal extends ProofResult {
  /** How the changed places were when they were proven; empty if nothing had to change before the proof. */
  readonly proven: Looks;
  /** Whether the proof was made in a stage; else it was made on the host. */
  readonly inStage: boolean;
}

/**
 * Makes the plan's changes in a stage, all but those that wait for the proof, and proves them there: the host
 * is not touched. If a change fails, so does the rehearsal, and nothing is proven. Undefined if it cannot be
 * done: the plan has a change that is `onlyInPlace`, or no stage can be had (`staging.none`).
 */
export async function rehearse(
  plan: Plan,
  input: StepInput,
  options: ProveOptions,
): Promise<Rehearsal | undefined> {
  const { host, staging } = input;
  const made = plan.changes.filter(isMadeFirst);
  if (made.length === 0) return { proven: new Map(), inStage: false, ...(await prove(plan, host, options)) };
  if (staging === undefined || onlyInPlace(plan, host) !== undefined) return undefined;
  const { listener, signal } = options;
  const start = performance.now();
  listener({ type: "staging-started", count: made.length });
  const staged = await inStage(plan.changes, staging, signal);
  const ms = performance.now() - start;
  if (staged === undefined) return undefined;
  listener({ type: "staging-done", count: made.length, ms, passed: !("problems" in staged) });
  if ("problems" in staged)
    return { proven: new Map(), inStage: true, smoke: { tokens: [] }, problems: staged.problems };
  const { host: stage, proven } = staged;
  return { proven, inStage: true, ...(await prove(plan, stage, options)) };
}

/** What a stage of `/` shares with this machine. */
const shared = ["/dev", "/proc", "/run", "/sys"];

/**
 * Why a plan cannot be tried in a stage, whether there is one or not (`stage-only-in-place`); undefined if it
 * can.
 */
export function onlyInPlace({ changes }: Plan, { root }: Pick<Host, "root">): Problem | undefined {
  const change = changes
    .filter(isMadeFirst)
    .find(
      (one) =>
        !canBeStaged(one) ||
        (root === "/" && shared.some((folder) => `${one.path}/`.startsWith(`${folder}/`))),
    );
  if (change === undefined) return undefined;
  return new Problem(
    "stage-only-in-place",
    "one of the planned changes can be made only on the host itself",
    {
      where: { path: change.path },
      detail: `what it does is not known in advance, or every stage shares ${change.path} with the host`,
      hint: "review it with knetctl plan; knetctl apply makes it on the host",
    },
  );
}

/** The stage's host with the changes made, or what kept them from being made. */
type Staged = (Pick<StepInput, "host"> & Pick<Rehearsal, "proven">) | Pick<Rehearsal, "problems">;

async function inStage(
  changes: readonly Change[],
  staging: NonNullable<StepInput["staging"]>,
  signal: AbortSignal,
): Promise<Staged | undefined> {
  try {
    const stage = await staging.open();
    if (stage === undefined) return undefined;
    const problems = await makeInStage(
      stage.host,
      changes,
      { contents: staging.contents, signal },
      isMadeFirst,
    );
    if (problems.some(isError)) return { problems };
    return { host: stage.host, proven: looksOf(stage.host, changes.filter(isMadeFirst)) };
  } catch (error) {
    if (error instanceof Problems) return { problems: error.list };
    if (error instanceof Problem) return { problems: [error] };
    throw error;
  }
}
