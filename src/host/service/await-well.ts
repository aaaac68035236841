import { setTimeout as delay } from "node:timers/promises";
import { Problem, shownUrl } from "../../problem/problem.js";
import type { Host } from "../host.js";
import { askHealth } from "./health.js";
import { flapping, notActive, unhealthy } from "./service-problem.js";
import { unitState } from "./systemctl.js";
import { activeForMs, isDown, isSameStart, isUp, type UnitState } from "./unit-state.js";

/** In milliseconds. */
export interface Pace {
  /** How long a unit must have been active, without a new start, to count as active. */
  readonly stable: number;
  /** The time between two looks. */
  readonly poll: number;
  /** For one answer at the health URL. */
  readonly answer: number;
}

export const usualPace: Pace = { stable: 4000, poll: 250, answer: 5000 };

export interface Waiting {
  /**
   * On the clock of `performance.now()`: until then it must be active, and answer. The time for which it must
   * stay so may go beyond.
   */
  readonly deadline: number;
  readonly pace: Pace;
  readonly signal?: AbortSignal | undefined;
  note(text: string): void;
}

export interface Well {
  readonly state: UnitState;
  /** What answers at the health URL; absent if there is none. */
  readonly who?: string;
}

/**
 * Waits until a unit that was started is active and stays so, and, with a health URL, until it answers there,
 * by the same start. Throws `service-flapping`, `service-not-active` or `service-unhealthy`; `interrupted` at
 * once when the signal aborts.
 */
export async function awaitWell(
  host: Host,
  unit: string,
  health: string | null,
  waiting: Waiting,
): Promise<Well> {
  waiting.note(`waiting for ${unit} to become active`);
  const state = await awaitStable(host, unit, waiting);
  if (health === null) return { state };
  waiting.note(`asking ${shownUrl(health)}`);
  return { state, who: await awaitAnswer(host, unit, health, state, waiting) };
}

async function awaitStable(host: Host, unit: string, waiting: Waiting): Promise<UnitState> {
  const first = await unitState(host, unit, waiting);
  let up: { readonly state: UnitState; readonly since: number } | undefined;
  for (let now = first; ; now = await unitState(host, unit, waiting)) {
    if (isUp(now)) up ??= { state: now, since: performance.now() - activeForMs(now) };
    refuseNewStart(unit, now, up?.state ?? first, up !== undefined);
    if (isUp(now) && up !== undefined && performance.now() - up.since >= waiting.pace.stable) return now;
    if (hasEnded(now) || (!isUp(now) && performance.now() > waiting.deadline)) throw notActive(unit, now);
    await pause(waiting);
  }
}

function hasEnded(now: UnitState): boolean {
  return isDown(now) || (now.sub === "exited" && !isUp(now));
}

/** Whether it was up or not: one that the service manager starts again by itself has ended by itself. */
function refuseNewStart(unit: string, now: UnitState, before: UnitState, wasUp: boolean): void {
  const isNew = wasUp ? !isSameStart(now, before) : now.restarts > before.restarts;
  if (isNew || (wasUp && now.active === "activating")) throw flapping(unit, now);
}

async function awaitAnswer(
  host: Host,
  unit: string,
  url: string,
  started: UnitState,
  waiting: Waiting,
): Promise<string> {
  const { pace, signal, deadline } = waiting;
  for (;;) {
    const timeoutMs = Math.round(
      Math.max(Math.min(pace.answer, deadline - performance.now()), pace.answer / 5),
    );
    const health = await askHealth(url, { timeoutMs, signal });
    refuseAborted(signal);
    const now = await unitState(host, unit, { signal });
    refuseNewStart(unit, now, started, true);
    if (!isUp(now)) throw notActive(unit, now);
    if (health.well) return health.who;
    if (performance.now() > deadline) throw unhealthy(unit, url, health.reason);
    await pause(waiting);
  }
}

async function pause({ pace, signal }: Waiting): Promise<void> {
  refuseAborted(signal);
  // the code that follows reports the abort
  await delay(pace.poll, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  refuseAborted(signal);
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new Problem("interrupted", "interrupted by a signal");
}
