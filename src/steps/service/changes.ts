import { joined, path, type AbsolutePath } from "../../host/path.js";
import { stateFolder } from "../../host/state.js";
import type { ServiceAccount } from "../../profile/types.js";
import type { Change, RestartService, StepId } from "../../workflow/change.js";

const readingKinds: ReadonlySet<Change["kind"]> = new Set([
  "write-file",
  "write-settings",
  "run-installer",
  "register-library",
]);
const readSteps: ReadonlySet<StepId> = new Set(["module", "client-config", "key-stores"]);
const unitFolder = path("/etc/systemd/system");

/**
 * Paths of the planned changes for which the application must start anew: its settings, and the module that
 * it has loaded. Rights and folders are no reason.
 */
export function readAnew(planned: readonly Change[]): readonly AbsolutePath[] {
  const changes = planned.filter(
    ({ kind, step, path: at }) =>
      readingKinds.has(kind) && readSteps.has(step) && !at.startsWith(`${stateFolder}/`),
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
