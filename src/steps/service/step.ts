import { shellWord } from "../../formats/shell-word.js";
import type { AbsolutePath } from "../../host/path.js";
import { whyNoServiceManager } from "../../host/service/service-manager.js";
import { unitProblem } from "../../host/service/service-problem.js";
import { isUp } from "../../host/service/unit-state.js";
import { shownUrl } from "../../problem/shown-url.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { Change } from "../../workflow/change.js";
import type { Step, StepInput, StepPlan } from "../../workflow/step.js";
import { readAnew, restartChange } from "./changes.js";
import { observeService, type ObservedService } from "./observe.js";

export interface ServiceOptions {
  /** False: what is to be done is said and left to the user. */
  readonly restart: boolean;
  /** Why no unit is known, where that is not for want of one in a profile. */
  readonly noUnit?: string;
}

/** The application's service starts anew when something that it reads has changed, and is well then. */
export function serviceStep(options: ServiceOptions): Step {
  return { id: "service", title: "service", plan: (input, planned) => planService(input, planned, options) };
}

async function planService({ profile: { service }, host }: StepInput, planned: readonly Change[], { restart, noUnit = "no service.unit in the profile" }: ServiceOptions): Promise<StepPlan> {
  const because = readAnew(planned);
  if (because.length === 0) return said();
  const { unit } = service;
  if (unit === undefined) return said(`${noUnit}: restart the application yourself`);
  const byHand = `systemctl restart ${shellWord(unit)}`;
  if (!restart) return said(`--no-restart: the application reads the changes when you restart it: ${byHand}`);
  const why = whyNoServiceManager(host);
  if (why !== undefined) return said(`${why}; where ${unit} runs: ${byHand}`);
  return restartPlan(unit, service, because, await observeService(host, unit, service.health));
}

function restartPlan(unit: string, service: ServiceAccount, because: readonly AbsolutePath[], observed: ObservedService): StepPlan {
  const problem = unitProblem(unit, observed.state);
  if (problem !== undefined) return { changes: [], problems: [problem], notes: [] };
  return { changes: [restartChange(unit, service, because)], problems: [], notes: notes(unit, service, observed) };
}

function notes(unit: string, { health: url }: ServiceAccount, { state, health }: ObservedService): readonly string[] {
  if (!isUp(state)) return [`${unit} is ${state.active} now; it is started`];
  return health?.well === false && url !== undefined ? [`${unit} is active, but does not answer at ${shownUrl(url)} now: ${health.reason}`] : [];
}

/** No change. */
function said(...notes: readonly string[]): StepPlan {
  return { changes: [], problems: [], notes };
}
