import type { SmokeReport } from "../../pkcs11/report.js";
import { verdict as smokeVerdict } from "../../pkcs11/verdict.js";
import { problemCodes } from "../../problem/codes.js";
import { exitCodes } from "../../problem/exit-codes.js";
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

/** The proof as documents have it: what was found about each token, and the verdict. */
export function smokeJson(smoke: SmokeReport): Readonly<Record<string, unknown>> {
  return { ...smoke, verdict: smokeVerdict(smoke) };
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
    smoke: smokeJson(smoke),
    ...(recovered !== undefined && { recovered }),
  };
}

/** How a rehearsal went. */
export interface Rehearsed extends ProofResult {
  /** Those of the problems that say what only an apply will show. */
  readonly left: readonly Problem[];
}

/** The document of `rehearse --json`: the plan's, the proof, and what an apply would restart. */
export function rehearseJson(
  plan: Plan,
  warnings: readonly Problem[],
  { smoke, problems, left }: Rehearsed,
): Readonly<Record<string, unknown>> {
  return {
    ...planJson(plan, [...warnings, ...problems]),
    outcome: problems.some(isError) ? "failed" : left.length > 0 ? "partly" : "passed",
    restarts: restartedUnits(plan.changes),
    smoke: smokeJson(smoke),
  };
}

/** What a `verify` found, in one word, the worst first in doubt. */
export const verifyVerdicts = ["failed", "unreachable", "degraded", "drift", "as-wanted"] as const;

export type VerifyVerdict = (typeof verifyVerdicts)[number];

/**
 * `degraded`: all works, but not with every member of an HA vector. `unreachable`: a token, service or whole
 * vector cannot be reached now. `differs`: the host is not as the profile wants it.
 */
export function verifyVerdict(problems: readonly Problem[], differs: boolean): VerifyVerdict {
  const codes = problems.filter(isError).map(({ code }) => code);
  if (codes.length === 0) return differs ? "drift" : "as-wanted";
  if (codes.some((code) => problemCodes[code] !== exitCodes.unavailable)) return "failed";
  const others = codes.filter((code) => code !== "members-degraded" && !code.startsWith("endpoint-"));
  return others.length === 0 ? "degraded" : "unreachable";
}

/** The document of `verify --json`: that of the plan, whose changes are the drift, the proof, a verdict. */
export function verifyJson(
  plan: Plan,
  warnings: readonly Problem[],
  proof: ProofResult,
  verdict: VerifyVerdict,
): Readonly<Record<string, unknown>> {
  return { ...planJson(plan, [...warnings, ...proof.problems]), smoke: smokeJson(proof.smoke), verdict };
}
