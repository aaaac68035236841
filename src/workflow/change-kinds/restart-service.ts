import { fieldsOf } from "../../formats/json/json-values.js";
import { shellWord } from "../../formats/text/shell-word.js";
import { awaitWell, type Pace, usualPace, type Waiting } from "../../host/service/await-well.js";
import { askHealth } from "../../host/service/health.js";
import { notRestored, unitProblem } from "../../host/service/service-problem.js";
import {
  beginStart,
  clearFailed,
  restartUnit,
  stopUnit,
  unitState,
  whyNoServiceManager,
} from "../../host/service/systemctl.js";
import { isDown, isUp, type UnitState } from "../../host/service/unit-state.js";
import { Problem, shownUrl } from "../../problem/problem.js";
import type { ChangeKind, CommonChange, Restart, RunContext, Standing } from "../change-kind.js";

/**
 * Restart the application's systemd unit, and wait until it is active and healthy. `path` is the unit's name
 * below /etc/systemd/system.
 */
export interface RestartService extends CommonChange, Restart {
  readonly kind: "restart-service";
  /** Where it answers when it is healthy; null: it only has to be active. */
  readonly health: string | null;
  readonly timeoutSeconds: number;
}

interface Prior {
  /** `trying`: on the way up or down, like one that fails and is restarted by the service manager. */
  readonly was: "up" | "trying" | "down";
  readonly failed: boolean;
  readonly invocation: string;
  /** Whether it answered at the health URL; false if there is none. */
  readonly answered: boolean;
}

/**
 * How long the service manager lets a unit stop by itself before it kills it, by default
 * (systemd-system.conf(5)).
 */
const stopMs = 90_000;

/**
 * A service that reads its settings again. When the run is taken back, one that was up is started again once
 * everything else is as before, and one that was down is stopped first, so that its account can be removed.
 */
export function restartServiceAt(pace: Pace): ChangeKind<RestartService, Prior> {
  return {
    text: ({ unit, health }) =>
      `restart ${unit}, and wait until it is ` +
      `active${health === null ? "" : ` and answers at ${shownUrl(health)}`}`,
    isNew: () => false,
    json: ({ unit, health, timeoutSeconds, because }) => ({
      unit,
      health: health === null ? null : shownUrl(health),
      timeoutSeconds,
      because,
    }),

    waitsForProof: true,
    isFree: true,
    carries: () => false,
    restart: ({ unit, because }, prior) => {
      const { invocation } = fieldsOf(prior);
      return { unit, because, ...(typeof invocation === "string" && { invocation }) };
    },

    parsePrior: (json) => {
      const { was, failed, invocation, answered } = fieldsOf(json);
      const known = (["up", "trying", "down"] as const).find((one) => one === was);
      return known !== undefined &&
        typeof failed === "boolean" &&
        typeof invocation === "string" &&
        typeof answered === "boolean"
        ? { was: known, failed, invocation, answered }
        : undefined;
    },

    record: async ({ unit, health }, { host, signal }) => {
      const state = await unitState(host, unit, { signal });
      const problem = unitProblem(unit, state);
      if (problem !== undefined) throw problem;
      const answered =
        health !== null && isUp(state) && (await askHealth(health, { timeoutMs: pace.answer, signal })).well;
      return {
        was: bearing(state),
        failed: state.active === "failed",
        invocation: state.invocation,
        answered,
      };
    },

    perform: async (change, prior, run) => {
      try {
        await restart(change, run, pace);
      } catch (error) {
        const ill = illBefore(error, prior);
        if (ill === undefined) throw error;
        run.warn?.(ill);
      }
    },

    observe: async ({ unit }, prior, { host }) => await standing(unit, prior, host),

    undo: async ({ unit, timeoutSeconds }, prior, { host }) => {
      // without a service manager, it does not run
      if (prior.was === "up" || whyNoServiceManager(host) !== undefined) return;
      if (!isDown(await unitState(host, unit)))
        await stopUnit(host, unit, { timeoutMs: timeoutSeconds * 1000 + stopMs });
      if (!prior.failed && (await unitState(host, unit)).active === "failed") await clearFailed(host, unit);
    },

    settle: async (change, prior, run) => {
      // nothing in an image runs here, whatever a record that came with it says
      if (prior.was === "down" || run.host.root !== "/") return;
      try {
        if (prior.was === "trying") await beginStart(run.host, change.unit);
        else await bringBack(change, prior, run, pace);
      } catch (error) {
        throw error instanceof Problem
          ? notRestored(`${change.unit} is not up again as it was before`, error)
          : error;
      }
    },

    byHand: ({ unit }, { was }, { host: { root } }) =>
      root !== "/" ? [] : [`systemctl ${was === "down" ? "stop" : "restart"} ${shellWord(unit)}`],
  };
}

export const restartService = restartServiceAt(usualPace);

async function restart(
  { unit, health, timeoutSeconds }: RestartService,
  run: RunContext,
  pace: Pace,
): Promise<void> {
  const timeoutMs = timeoutSeconds * 1000;
  const deadline = performance.now() + timeoutMs;
  await restartUnit(run.host, unit, { timeoutMs, signal: run.signal });
  const { state, who } = await awaitWell(run.host, unit, health, waiting(run, deadline, pace));
  run.report(`${unit} is active${processText(state)}${who === undefined ? "" : `; ${who}`}`);
}

async function bringBack(
  { unit, health, timeoutSeconds }: RestartService,
  { invocation, answered }: Prior,
  run: RunContext,
  pace: Pace,
): Promise<void> {
  const now = await unitState(run.host, unit);
  // it was not restarted, so it has read only its old settings
  if (isUp(now) && invocation !== "" && now.invocation === invocation) return;
  // one that hangs must end first
  const timeoutMs = timeoutSeconds * 1000 + stopMs;
  await restartUnit(run.host, unit, { timeoutMs });
  const { state, who } = await awaitWell(
    run.host,
    unit,
    answered ? health : null,
    waiting(run, performance.now() + timeoutSeconds * 1000, pace),
  );
  run.report(
    `${unit} is active again, with its old settings${processText(state)}` +
      (who === undefined ? "" : `; ${who}`),
  );
}

function processText({ mainPid }: { readonly mainPid: number }): string {
  return mainPid === 0 ? "" : ` (process ${mainPid})`;
}

/** A service that was not well before either does not make the run fail: that is only reported. */
function illBefore(error: unknown, { was, answered }: Prior): Problem | undefined {
  if (!(error instanceof Problem) || !error.code.startsWith("service-")) return undefined;
  const { code, message, detail, hint } = error;
  const isUnanswered = code === "service-unhealthy" && !answered;
  if (was === "up" && !isUnanswered) return undefined;
  const before =
    was === "up" ? "it did not answer before this run either" : "it was not up before this run either";
  return new Problem(code, message, {
    severity: "warning",
    detail: [detail, before].filter((part) => part !== undefined).join("; "),
    ...(hint !== undefined && { hint }),
    cause: error,
  });
}

function waiting(run: RunContext, deadline: number, pace: Pace): Waiting {
  return {
    deadline,
    pace,
    signal: run.signal,
    note: (text) => {
      run.note(text);
    },
  };
}

function bearing(state: UnitState): Prior["was"] {
  if (isUp(state)) return "up";
  return isDown(state) ? "down" : "trying";
}

/** Never `other`: undoing a restart cannot lose anybody's work. */
async function standing(unit: string, { was }: Prior, host: RunContext["host"]): Promise<Standing> {
  try {
    const now = whyNoServiceManager(host) === undefined ? bearing(await unitState(host, unit)) : "down";
    // what happened to one that failed and was tried again is not the run's work
    return { state: was === "trying" || now === was ? "before" : "partly" };
  } catch (error) {
    if (error instanceof Problem) return { state: "partly" };
    throw error;
  }
}
