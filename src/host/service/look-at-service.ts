import { isError, Problem } from "../../problem/problem.js";
import type { Host } from "../host.js";
import { awaitWell, type Pace, usualPace } from "./await-well.js";
import { unitProblem } from "./service-problem.js";
import { unitState } from "./systemctl.js";
import { activeForMs, isUp } from "./unit-state.js";

export interface Looking {
  /** Where it answers when it is well; undefined: being active is all that is asked. */
  readonly health: string | undefined;
  /** What it is given from its start until it must answer. */
  readonly startTimeoutSeconds: number;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

/**
 * What is wrong with a unit that nobody is to start now: that there is none, that it is not active, that it
 * ends soon after its start, that it does not answer. Undefined when it is well. Waits only for one that was
 * started a moment ago. Throws `interrupted` alone.
 */
export async function lookAtService(
  host: Host,
  unit: string,
  { health, startTimeoutSeconds, signal, pace = usualPace }: Looking,
): Promise<Problem | undefined> {
  try {
    const state = await unitState(host, unit, { signal });
    const problem = unitProblem(unit, state);
    if (problem !== undefined) return problem;
    const patience =
      isUp(state) && state.activeUs !== 0 ? Math.max(0, startTimeoutSeconds * 1000 - activeForMs(state)) : 0;
    await awaitWell(host, unit, health ?? null, {
      deadline: performance.now() + patience,
      pace,
      signal,
      note: () => undefined,
    });
    return undefined;
  } catch (error) {
    if (error instanceof Problem && isError(error) && error.code !== "interrupted") return error;
    throw error;
  }
}
