import type { Host } from "../host.js";
import { showUnit, whyNoServiceManager } from "../service/systemctl.js";
import type { UnitState } from "../service/unit-state.js";
import { type ManagerDefaults, managerDefaults } from "./manager-defaults.js";
import { unitEnvironment, type UnitEnvironment } from "./unit-environment.js";
import { UnitFiles } from "./unit-files.js";
import { unitAccount, type UnitProcess, unitProcess } from "./unit-process.js";
import { parseUnitSettings, unitProperties, type UnitSettings } from "./unit-settings.js";

/** A unit that the service manager has loaded, with what follows from its settings and files. */
export interface LoadedUnit {
  readonly state: UnitState;
  readonly settings: UnitSettings;
  readonly manager: ManagerDefaults;
  readonly placed: UnitFiles;
  readonly environment: UnitEnvironment;
  /** Undefined where this host does not have the account or the group, or the user is a dynamic one. */
  readonly process: UnitProcess | undefined;
}

/**
 * Undefined where nothing can be said: the unit does not exist or cannot be loaded, or no service manager
 * runs this host. Works without root, but for environment files that only root can read. Throws
 * `service-state-unknown`.
 */
export async function loadedUnit(host: Host, unit: string): Promise<LoadedUnit | undefined> {
  if (whyNoServiceManager(host) !== undefined) return undefined;
  const [{ state, settings }, manager] = await Promise.all([readUnit(host, unit), managerDefaults(host)]);
  if (settings === undefined) return undefined;
  const placed = new UnitFiles(host, settings);
  const account = unitAccount(host, settings);
  const owners = account === undefined ? [] : [account.uid];
  const environment = unitEnvironment(host, settings, placed, { owners, manager });
  const process = unitProcess(host, settings, environment);
  return { state, settings, manager, placed, environment, process };
}

/** A unit as the service manager has loaded it. */
interface ReadUnit {
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
