import type { Host } from "../host/host.js";
import type { SkippedProof, SmokeReport } from "../pkcs11/report.js";
import { problemsOf } from "../problem/internal-error.js";
import { isError, Problem } from "../problem/problem.js";
import type { Plan } from "./plan.js";
import type { ProgressListener } from "./progress.js";
import type { Proof, Step } from "./step.js";

export interface ProveOptions {
  readonly prove: boolean;
  readonly signal: AbortSignal;
  readonly listener: ProgressListener;
}

export interface ProofResult {
  readonly smoke: SmokeReport;
  readonly problems: readonly Problem[];
}

const leftOut: SkippedProof = { reason: "no-smoke-test", text: "the smoke test was left out" };

/** Whether any step of the plan has something to prove. */
export function hasProof({ steps }: Plan): boolean {
  return steps.some((step) => step.prove !== undefined);
}

/**
 * Runs the proofs of the plan's steps, in order, on a host that has the changes; a proof that throws a
 * Problem has failed with it. None is begun after one that failed: it could only waste another login.
 */
export async function prove(plan: Plan, host: Host, options: ProveOptions): Promise<ProofResult> {
  if (!options.prove) return { smoke: { tokens: [], skipped: [leftOut] }, problems: [] };
  const proofs: Proof[] = [];
  for (const { step, prove: proofOfStep, unproven } of plan.steps) {
    if (options.signal.aborted) continue;
    if (unproven !== undefined) {
      options.listener({ type: "proof-done", step, ms: 0, passed: true, skipped: unproven.text });
      proofs.push({ smoke: { tokens: [], skipped: [unproven] }, problems: [] });
    }
    if (proofOfStep === undefined) continue;
    options.listener({ type: "proof-started", step });
    const start = performance.now();
    const proof = await outcomeOf(() => proofOfStep(options.signal, host), step);
    const passed = !proof.problems.some(isError);
    options.listener({ type: "proof-done", step, ms: performance.now() - start, passed });
    proofs.push(proof);
    if (!passed) break;
  }
  const skipped = proofs.flatMap(({ smoke }) => smoke?.skipped ?? []);
  const stores = proofs.flatMap(({ smoke }) => smoke?.stores ?? []);
  const consumers = proofs.flatMap(({ smoke }) => smoke?.consumers ?? []);
  return {
    smoke: {
      tokens: proofs.flatMap(({ smoke }) => smoke?.tokens ?? []),
      ...(skipped.length > 0 && { skipped }),
      ...(stores.length > 0 && { stores }),
      ...(consumers.length > 0 && { consumers }),
    },
    problems: [
      ...proofs.flatMap(({ problems }) => problems),
      ...(options.signal.aborted ? [new Problem("interrupted", "interrupted by a signal")] : []),
    ],
  };
}

/** What remains to be seen of the plan's proofs on the host, after they were made in a stage. */
export async function confirm(plan: Plan, { signal, listener }: ProveOptions): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { step, confirm: confirmOfStep } of plan.steps) {
    if (confirmOfStep === undefined || signal.aborted || problems.some(isError)) continue;
    const named = { ...step, title: `${step.title}, as the service` };
    let start: number | undefined;
    const begin = (): void => {
      start = performance.now();
      listener({ type: "proof-started", step: named });
    };
    const proof = await outcomeOf(() => confirmOfStep(signal, begin), named);
    const passed = !proof.problems.some(isError);
    if (start !== undefined)
      listener({ type: "proof-done", step: named, ms: performance.now() - start, passed });
    problems.push(...proof.problems);
  }
  return problems;
}

/** What the plan's proofs could not show in a stage, and an apply finds out once the changes are made. */
export async function leftToConfirm({ steps }: Plan): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { unrehearsed } of steps) problems.push(...((await unrehearsed?.()) ?? []));
  return problems;
}

async function outcomeOf(proofOfStep: () => Promise<Proof>, step: Pick<Step, "title">): Promise<Proof> {
  try {
    return await proofOfStep();
  } catch (error) {
    // rethrown, an internal error could leave changes in place without a proof
    const title = `the proof failed unexpectedly: ${step.title}`;
    return { problems: problemsOf(error, { title, isPrivate: true }) };
  }
}
