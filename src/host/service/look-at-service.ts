import { isError, Problem } from "../../problem/problem.js";
import type { Host } from "../host.js";
import { awaitWell, type Pace, usualPace } from "./await-well.js";
import { flapping, unitProblem } from "./service-problem.js";
import { unitState } from "./systemctl.js";
import { activeForMs, isUp, type UnitState } from "./unit-state.js";

export interface Looking {
  /** Where it answers when it is healthy; undefined: it only has to be active. */
  readonly health?: string | undefined;
  /** How long after its start it must answer. */
  readonly startTimeoutSeconds: number;
  /** True: it is yet to be started, and only has to be one that can be. */
  readonly beforeStart?: boolean;
  readonly signal?: AbortSignal;
  readonly pace?: Pace;
}

/**
 * What is wrong with a unit that is not to be started now: it does not exist, is not active, ends again and
 * again, or does not answer. Undefined if it is healthy. Waits only for one that was started a moment ago.
 * Throws only `interrupted`.
 */
export async function lookAtService(
  host: Host,
  unit: string,
  { health, startTimeoutSeconds, beforeStart = false, signal, pace = usualPace }: Looking,
): Promise<Problem | undefined> {
  try {
    const state = await unitState(host, unit, { signal });
    const problem = unitProblem(unit, state);
    if (problem !== undefined || beforeStart) return problem;
    const patience =
      isUp(state) && state.activeUs !== 0 ? Math.max(0, startTimeoutSeconds * 1000 - activeForMs(state)) : 0;
    const well = await awaitWell(host, unit, health ?? null, {
      deadline: performance.now() + patience,
      pace,
      signal,
      note: () => undefined,
    });
    return endsAgainAndAgain(well.state) ? flapping(unit, well.state) : undefined;
  } catch (error) {
    if (error instanceof Problem && isError(error) && error.code !== "interrupted") return error;
    throw error;
  }
}

/** In milliseconds: longer than the pause before the next start of any usual unit, and a minute's work. */
const settledMs = 60_000;

/**
 * A unit that works for a while after each start: it was started again by itself more than once, and the last
 * time a moment ago. A single new start may have been an accident.
 */
function endsAgainAndAgain(state: UnitState): boolean {
  return state.restarts > 1 && state.activeUs !== 0 && activeForMs(state) < settledMs;
}
