import { shellWord } from "../../formats/text/shell-word.js";
import type { Host } from "../../host/host.js";
import type { AbsolutePath } from "../../host/path.js";
import { lookAtService } from "../../host/service/look-at-service.js";
import { notActive, unhealthy, unitProblem } from "../../host/service/service-problem.js";
import { whyNoServiceManager } from "../../host/service/systemctl.js";
import { isUp } from "../../host/service/unit-state.js";
import { asWarning, Problem } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { Change } from "../../workflow/change.js";
import { beforeAnything } from "../../workflow/plan.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import type { UnreadRun } from "../../workflow/unread-changes.js";
import { type ObservedService, observeOwed, observeService, readAnew, restartChange } from "./observe.js";

export interface ServiceOptions {
  /** False: what should be done is shown and left to the user. */
  readonly restart: boolean;
  /** True: a restart that an earlier run still owes the service is planned by this one too. */
  readonly settles?: boolean;
  /** True: the application is yet to be started, so that its unit only has to be one that can be. */
  readonly beforeStart?: boolean;
  /** Why no unit is known, if the reason is not that the profile names none. */
  readonly noUnit?: string;
}

/**
 * Restarts the application's service if something that it reads changes, or has changed since it was last
 * started, and expects it to be healthy afterwards.
 */
export function serviceStep(options: ServiceOptions): Step {
  return { id: "service", title: "service", plan: (input, planned) => planService(input, planned, options) };
}

async function planService(
  { profile: { service }, host }: StepInput,
  planned: readonly Change[],
  options: ServiceOptions,
): Promise<StepPlan> {
  const because = readAnew(planned);
  const { unit } = service;
  const {
    restart,
    settles = false,
    beforeStart = false,
    noUnit = "no service.unit in the profile",
  } = options;
  if (unit === undefined)
    return because.length === 0 ? said() : said(`${noUnit}: restart the application yourself`);
  const why = whyNoServiceManager(host);
  if (why !== undefined)
    return because.length === 0 ? said() : said(`${why}; where ${unit} runs: ${byHand(unit)}`);
  const owed = settles ? await observeOwed(host, unit) : [];
  const look = (signal: AbortSignal): Promise<readonly Problem[]> =>
    found(host, unit, { ...service, restart, beforeStart }, signal);
  if (!restart) return { ...leftAlone(unit, because, owed), look };
  const all = [...new Set([...because, ...owed.flatMap((one) => one.because)])];
  if (all.length === 0) return { ...said(), look };
  return { ...restartPlan(unit, service, all, owed, await observeService(host, unit, service.health)), look };
}

/** If the user restarts it, or nobody does, bad health is reported, but is not a failure of the run. */
async function found(
  host: Host,
  unit: string,
  { restart, ...how }: ServiceAccount & { readonly restart: boolean; readonly beforeStart: boolean },
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problem = await lookAtService(host, unit, { ...how, signal });
  if (problem === undefined) return [];
  return [restart ? problem : asWarning(problem)];
}

function leftAlone(unit: string, because: readonly AbsolutePath[], owed: readonly UnreadRun[]): StepPlan {
  const notes =
    because.length === 0
      ? []
      : [`--no-restart: the application reads the changes when you restart it: ${byHand(unit)}`];
  return {
    changes: [],
    problems: owed.length === 0 ? [] : [owedProblem(unit, owed)],
    notes,
    ...(because.length > 0 && { owes: { unit, because } }),
  };
}

function restartPlan(
  unit: string,
  service: ServiceAccount,
  because: readonly AbsolutePath[],
  owed: readonly UnreadRun[],
  observed: ObservedService,
): StepPlan {
  const problem = unitProblem(unit, observed.state);
  if (problem !== undefined) return { changes: [], problems: [problem], notes: [] };
  return {
    changes: [restartChange(unit, service, because)],
    problems: illBefore(unit, service, observed),
    notes: [...notes(unit, observed), ...owed.map((one) => owedText(unit, one))],
  };
}

function notes(unit: string, { state }: ObservedService): readonly string[] {
  return isUp(state) ? [] : [`${unit} is ${state.active} now; it will be started`];
}

/** What is not the run's fault is reported before it begins. */
function illBefore(
  unit: string,
  { health: url }: ServiceAccount,
  { state, health }: ObservedService,
): readonly Problem[] {
  const problem =
    state.active === "failed" || state.sub === "auto-restart"
      ? notActive(unit, state)
      : health?.well === false && url !== undefined
        ? unhealthy(unit, url, health.reason)
        : undefined;
  return problem === undefined ? [] : [beforeAnything(problem)];
}

function owedProblem(unit: string, owed: readonly UnreadRun[]): Problem {
  return new Problem("service-restart-owed", `${unit} still needs a restart`, {
    severity: "warning",
    detail: owed.map((one) => owedText(unit, one)).join("\n"),
    hint: `run ${byHand(unit)}`,
  });
}

function owedText(unit: string, { run: { sequence }, undone }: UnreadRun): string {
  if (undone) return `run ${sequence} was taken back, and ${unit} still runs with what that run had written`;
  return (
    `run ${sequence} changed what ${unit} reads, and it has not been started since then, or did not come ` +
    "up"
  );
}

function byHand(unit: string): string {
  return `systemctl restart ${shellWord(unit)}`;
}

/** No change. */
function said(...notes: readonly string[]): StepPlan {
  return { changes: [], problems: [], notes };
}
