import { isError, type Problem } from "../../problem/problem.js";
import type { RunResult } from "../../workflow/apply.js";
import { restartedUnits } from "../../workflow/change.js";
import type { Plan } from "../../workflow/plan.js";
import type { ProofResult } from "../../workflow/prove.js";
import { changeJson } from "./plan-text.js";

/** The document of `plan --json`. Schema: schemas/report.schema.json. */
export function planJson(plan: Plan, warnings: readonly Problem[]): Readonly<Record<string, unknown>> {
  const notes = plan.steps.flatMap(({ step, notes: texts }) =>
    texts.map((text) => ({ step: step.id, text })),
  );
  return { changes: plan.changes.map(changeJson), problems: [...warnings, ...plan.problems], notes };
}

/**
 * The document of `apply --json`: that of the plan, how the run ended, and the name of an unfinished run that
 * was taken back first.
 */
export function applyJson(
  plan: Plan,
  warnings: readonly Problem[],
  result: RunResult,
  recovered?: string,
): Readonly<Record<string, unknown>> {
  const { run, outcome, smoke, problems, exposureMs } = result;
  return {
    ...planJson(plan, [...warnings, ...problems]),
    run,
    outcome,
    ...(exposureMs !== undefined && { exposure_ms: Math.round(exposureMs * 10) / 10 }),
    smoke,
    ...(recovered !== undefined && { recovered }),
  };
}

/** The document of `rehearse --json`: the plan's, the proof, and what an apply would restart. */
export function rehearseJson(
  plan: Plan,
  warnings: readonly Problem[],
  { smoke, problems }: ProofResult,
): Readonly<Record<string, unknown>> {
  return {
    ...planJson(plan, [...warnings, ...problems]),
    outcome: problems.some(isError) ? "failed" : "passed",
    restarts: restartedUnits(plan.changes),
    smoke,
  };
}

/** The document of `verify --json`: that of the plan, whose changes are the drift, and the proof. */
export function verifyJson(
  plan: Plan,
  warnings: readonly Problem[],
  proof: ProofResult,
): Readonly<Record<string, unknown>> {
  return { ...planJson(plan, [...warnings, ...proof.problems]), smoke: proof.smoke };
}
