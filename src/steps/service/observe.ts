import type { Host } from "../../host/host.js";
import { type AbsolutePath, joined, path, stateFolder } from "../../host/path.js";
import { askHealth, type Health } from "../../host/service/health.js";
import { unitState } from "../../host/service/systemctl.js";
import { isUp, type UnitState } from "../../host/service/unit-state.js";
import { Problem } from "../../problem/problem.js";
import type { ServiceAccount } from "../../profile/types.js";
import { type Change, changesContent } from "../../workflow/change.js";
import type { RestartService } from "../../workflow/change-kinds/restart-service.js";
import { isReadAtStart } from "../../workflow/step-ids.js";
import { readRuns } from "../../workflow/journal/runs.js";
import { type UnreadRun, unreadRuns } from "../../workflow/unread-changes.js";

export interface ObservedService {
  readonly state: UnitState;
  /** What answers at the health URL now; absent if none is given, or the unit is not running. */
  readonly health?: Health;
}

/** Short, since somebody is waiting for the plan. */
const answerMs = 3000;

/** Looks at the unit, and queries the health URL. Works without root. Throws `service-state-unknown`. */
export async function observeService(
  host: Host,
  unit: string,
  health: string | undefined,
): Promise<ObservedService> {
  const state = await unitState(host, unit);
  return health === undefined || !isUp(state)
    ? { state }
    : { state, health: await askHealth(health, { timeoutMs: answerMs }) };
}

/**
 * The runs of this host after which the unit should have been restarted but was not. None if this user cannot
 * read the records of runs.
 */
export async function observeOwed(host: Host, unit: string): Promise<readonly UnreadRun[]> {
  try {
    const { runs } = readRuns(host);
    return runs.length === 0 ? [] : unreadRuns(runs, unit, await unitState(host, unit));
  } catch (error) {
    if (error instanceof Problem && error.code === "host-not-permitted") return [];
    throw error;
  }
}

const unitFolder = path("/etc/systemd/system");

/**
 * Paths of the planned changes that require the application to restart: its settings, and the module that it
 * has loaded. Rights and folders do not.
 */
export function readAnew(planned: readonly Change[]): readonly AbsolutePath[] {
  const changes = planned.filter(
    (change) =>
      isReadAtStart(change.step) && changesContent(change) && !change.path.startsWith(`${stateFolder}/`),
  );
  return [...new Set(changes.map(({ path: at }) => at))];
}

/** The restart that makes the application read them. */
export function restartChange(
  unit: string,
  { health, startTimeoutSeconds }: ServiceAccount,
  because: readonly AbsolutePath[],
): RestartService {
  return {
    kind: "restart-service",
    step: "service",
    path: joined(unitFolder, unit),
    unit,
    health: health ?? null,
    timeoutSeconds: startTimeoutSeconds,
    because,
  };
}
