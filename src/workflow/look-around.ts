import { Problem } from "../problem/problem.js";
import type { PlannedStep } from "./plan.js";

/**
 * What is wrong with that which the plan leaves alone, as its steps see it. Nothing more is looked at when
 * the signal aborts.
 */
export async function lookAround(
  steps: readonly PlannedStep[],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { look } of steps) {
    if (look === undefined || signal.aborted) continue;
    try {
      problems.push(...(await look(signal)));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
    }
  }
  return problems;
}
