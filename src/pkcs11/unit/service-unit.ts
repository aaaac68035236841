import type { Host } from "../../host/host.js";
import {
  fewestDescriptors,
  type PropertyGroup,
  type TransientProperties,
  transientProperties,
} from "../../host/unit/transient-properties.js";
import { furtherProperties } from "../../host/unit/transient-unit.js";
import type { UnitSettings } from "../../host/unit/unit-settings.js";
import { type Address, type Surroundings } from "../process/surroundings.js";
import type { WorkerUnit } from "./unit-worker.js";

/** A service's unit, for processes that are to be like the service's. */
export interface ServiceUnit {
  readonly host: Host;
  readonly settings: UnitSettings;
  readonly properties: TransientProperties;
  /** Those that are always there. */
  readonly further: readonly string[];
}

/** Asks the service manager for the rest of what a transient unit needs. */
export async function serviceUnit(host: Host, settings: UnitSettings): Promise<ServiceUnit> {
  return {
    host,
    settings,
    properties: transientProperties(settings),
    further: await furtherProperties(host, settings.unit),
  };
}

/** Whether anything in the unit could make a difference to a process of its account with its environment. */
export function hasWalls({ properties: { groups, leftOut }, settings }: ServiceUnit): boolean {
  return groups.length > 0 || leftOut.length > 0 || settings.dynamicUser || openFilesOf(settings) !== null;
}

/** Would change what Node itself does, which the application need not be. */
const ofNode = /^NODE_/;

/** How the worker is started in such a unit, without some of its properties. */
export function workerUnit(
  { host, settings, properties, further }: ServiceUnit,
  without: readonly PropertyGroup[] = [],
): WorkerUnit {
  const { environment, environmentFiles, passEnvironment, unsetEnvironment } = settings;
  const kept = properties.groups.filter((group) => !without.includes(group));
  return {
    host,
    properties: [
      ...properties.fixed,
      ...further,
      ...kept.flatMap(({ assignments }) => assignments),
      ...without.flatMap(({ instead = [] }) => instead),
      ...(passEnvironment.length === 0 ? [] : [`PassEnvironment=${passEnvironment.join(" ")}`]),
      ...unsetEnvironment.map((name) => `UnsetEnvironment=${JSON.stringify(name)}`),
      "UnsetEnvironment=NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_DEBUG NODE_V8_COVERAGE",
    ],
    environment: new Map([...environment].filter(([name]) => !ofNode.test(name))),
    environmentFiles: environmentFiles.map(({ path, optional }) => `${optional ? "-" : ""}${path}`),
  };
}

/** What is left to the worker itself, since the service manager has done the rest. */
export function surroundingsIn({ settings }: ServiceUnit, addresses: readonly Address[]): Surroundings {
  return { umask: null, folder: null, openFiles: openFilesOf(settings), addresses };
}

/** Null: Node can live with as many as the service. */
export function openFilesOf({ limits }: Pick<UnitSettings, "limits">): number | null {
  const { soft } = limits.get("NOFILE") ?? { soft: Infinity };
  return soft < fewestDescriptors ? soft : null;
}
