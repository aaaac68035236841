import type { Host } from "../host.js";
import { showUnit } from "../service/systemctl.js";
import type { UnitState } from "../service/unit-state.js";
import { parseUnitSettings, unitProperties, type UnitSettings } from "./unit-settings.js";

/** A unit as the service manager has loaded it. */
export interface ReadUnit {
  readonly state: UnitState;
  /** Undefined: there is no such service, or it cannot be loaded. */
  readonly settings: UnitSettings | undefined;
}

/**
 * Asks the service manager once for a unit's state and all its settings, which needs no permission. Only for
 * the running system: systemctl(1) reads no unit files of an image. Throws `service-state-unknown` when it
 * does not answer in time.
 */
export async function readUnit(
  host: Pick<Host, "commands" | "root">,
  unit: string,
  signal?: AbortSignal,
): Promise<ReadUnit> {
  const { state, text } = await showUnit(host, unit, { more: unitProperties, signal });
  return { state, settings: parseUnitSettings(unit, text) };
}
