import { askUnit } from "../host/unit/ask-unit.js";
import { Problem, Problems } from "../problem/problem.js";
import type { Change } from "./change.js";
import type { Step, StepInput, StepPlan } from "./step.js";

export interface PlannedStep extends StepPlan {
  readonly step: Step;
}

/** The difference between the host as it is and as the profile wants it. */
export interface Plan {
  readonly steps: readonly PlannedStep[];
  readonly changes: readonly Change[];
  readonly problems: readonly Problem[];
}

/**
 * Plans every step in order; a step that cannot be planned contributes its problems, and the others are still
 * planned, unless it blocks them.
 */
export async function makePlan(steps: readonly Step[], given: StepInput): Promise<Plan> {
  const input = { ...given, unit: askUnit(given.host, given.profile.service.unit) };
  const planned: PlannedStep[] = [];
  for (const step of steps) {
    const before = planned.flatMap(({ changes }) => changes);
    const one = await planStep(step, input, before);
    planned.push({ step, ...one });
    if (one.blocks === true) break;
  }
  return {
    steps: planned,
    changes: planned.flatMap(({ changes }) => changes),
    problems: oncePerPlace(planned.map(({ problems }) => problems)),
  };
}

async function planStep(step: Step, input: StepInput, planned: readonly Change[]): Promise<StepPlan> {
  try {
    return await step.plan(input, planned);
  } catch (error) {
    if (error instanceof Problems) return { changes: [], notes: [], problems: error.list };
    if (error instanceof Problem) return { changes: [], notes: [], problems: [error] };
    throw error;
  }
}

/**
 * What blocks one step often blocks the next one too: the first step with an error at a path speaks for all.
 */
function oncePerPlace(problemsOfSteps: readonly (readonly Problem[])[]): readonly Problem[] {
  const told = new Set<string>();
  return problemsOfSteps.flatMap((problems) => {
    const news = problems.filter(
      ({ severity, where }) => severity !== "error" || where === undefined || !told.has(where.path),
    );
    for (const { severity, where } of news)
      if (severity === "error" && where !== undefined) told.add(where.path);
    return news;
  });
}

/**
 * The plan, with what is wrong, before any change is made, in the parts that it leaves alone: as warnings,
 * which do not make the run fail.
 */
export async function withIllBefore(plan: Plan, signal: AbortSignal): Promise<Plan> {
  if (plan.changes.length === 0) return plan;
  const ill = await lookAround(leftAlone(plan), signal);
  return { ...plan, problems: [...plan.problems, ...ill.map(beforeAnything)] };
}

/** The steps in which nothing is to be changed. */
export function leftAlone({ steps }: Plan): readonly PlannedStep[] {
  return steps.filter(({ changes }) => changes.length === 0);
}

/** As a warning before the run begins: what the run is not to be blamed for. */
export function beforeAnything({ code, message, detail, hint }: Problem): Problem {
  return new Problem(code, `${message}, before anything is changed`, {
    severity: "warning",
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
  });
}

/**
 * What is wrong with things that the plan leaves alone, according to its steps. Stops looking if the signal
 * aborts.
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
