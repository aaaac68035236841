import type { Host } from "../../host/host.js";
import { askHealth, type Health } from "../../host/service/health.js";
import { isUp, unitState, type UnitState } from "../../host/service/unit-state.js";

export interface ObservedService {
  readonly state: UnitState;
  /** What answers at the health URL now; absent where none is given, or the unit is not up. */
  readonly health?: Health;
}

/** Somebody waits for the plan. */
const answerMs = 3000;

/** Looks at the unit, and asks at the health URL. Works without root. Throws `service-state-unknown`. */
export async function observeService(host: Host, unit: string, health: string | undefined): Promise<ObservedService> {
  const state = await unitState(host, unit);
  return health === undefined || !isUp(state) ? { state } : { state, health: await askHealth(health, { timeoutMs: answerMs }) };
}
