import type { Host } from "../../host/host.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import {
  lateLimits,
  type PropertyGroup,
  type TransientProperties,
  transientProperties,
} from "../../host/unit/transient-properties.js";
import { variableGroups } from "../../host/unit/variable-groups.js";
import { furtherProperties } from "../../host/unit/transient-unit.js";
import { unitAccount } from "../../host/unit/unit-process.js";
import type { UnitSettings } from "../../host/unit/unit-settings.js";
import { type Address, type Surroundings } from "../process/surroundings.js";
import type { TokenTestRequest } from "../test-token.js";
import type { WorkerUnit } from "./unit-worker.js";

/** A service's unit, for processes that are to be like the service's. */
export interface ServiceUnit {
  readonly host: Host;
  readonly settings: UnitSettings;
  readonly properties: TransientProperties;
  /** Those that are always there. */
  readonly further: readonly string[];
  /** Whether the user is an account of this machine, which DynamicUser= then takes. */
  readonly hasAccount: boolean;
  /** Whether it has variables that are not known here. */
  readonly hasUnread: boolean;
}

export function serviceUnit(
  host: Host,
  { settings, manager, environment }: Pick<LoadedUnit, "settings" | "manager" | "environment">,
): ServiceUnit {
  const properties = transientProperties(settings, manager.limits);
  return {
    host,
    settings,
    properties: { ...properties, groups: [...properties.groups, ...variableGroups(environment)] },
    further: furtherProperties(settings),
    hasAccount: unitAccount(host, settings) !== undefined,
    hasUnread: environment.unread.length > 0,
  };
}

/** Whether anything in the unit could make a difference to a process of its account with its environment. */
export function hasWalls({ properties: { groups, leftOut }, settings, hasUnread }: ServiceUnit): boolean {
  const own = groups.filter(({ variable }) => variable === undefined);
  return own.length > 0 || leftOut.length > 0 || settings.dynamicUser || hasUnread;
}

/** What only a process that the service manager starts has of the unit. */
export function ofManagerAlone({
  properties: { groups, leftOut },
  settings,
}: ServiceUnit): readonly string[] {
  return [
    ...groups.filter(({ byManager }) => byManager).map(({ name }) => name),
    ...leftOut,
    ...(settings.dynamicUser ? ["DynamicUser=yes"] : []),
  ];
}

/** Would change what Node itself does, which the application need not be. */
const ofNode = /^NODE_/;

/**
 * How the worker is started in such a unit, without some of its properties. What DynamicUser= comes with can
 * only be left out without it: its account, if it has one, is then the user all the same.
 */
export function workerUnit(
  { host, settings, properties, further, hasAccount }: ServiceUnit,
  without: readonly PropertyGroup[] = [],
): WorkerUnit {
  const { environment, environmentFiles, passEnvironment, unsetEnvironment } = settings;
  const kept = properties.groups.filter((group) => !without.includes(group));
  return {
    host,
    properties: [
      ...properties.fixed,
      ...(settings.dynamicUser && !(hasAccount && without.length > 0) ? ["DynamicUser=yes"] : []),
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
export function surroundingsIn(
  { settings }: ServiceUnit,
  addresses: readonly Address[],
  without: readonly PropertyGroup[] = [],
): Surroundings {
  const kept = [...lateLimits(settings)].filter(([name]) => !without.some(({ limit }) => limit === name));
  return { umask: null, folder: null, limits: Object.fromEntries(kept), addresses };
}

/** What a process of the account has of the unit (`PropertyGroup.byManager`). */
type OfAccount = Pick<TokenTestRequest, "variables" | "environment"> &
  Required<Pick<TokenTestRequest, "identity" | "surroundings">>;

/** The same request without some of the unit's properties. */
export function accountWithout<Request extends OfAccount>(
  request: Request,
  without: readonly PropertyGroup[],
): Request {
  const { identity, surroundings, variables = {}, environment = {} } = request;
  const isIn = (name: string): boolean => !without.some((group) => group.name.startsWith(`${name}=`));
  const kept = <T>(record: Readonly<Record<string, T>>, prefix: string): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => isIn(`${prefix}${name}`)));
  const names = new Set(without.map(({ variable }) => variable));
  const others = (all: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.has(name)));
  const { capabilities, ...account } = identity;
  return {
    ...request,
    identity: {
      ...account,
      ...(capabilities && isIn("CapabilityBoundingSet") && { capabilities }),
      ...(identity.limits && { limits: kept(identity.limits, "Limit") }),
    },
    surroundings: {
      ...surroundings,
      umask: isIn("UMask") ? surroundings.umask : null,
      folder: isIn("WorkingDirectory") ? surroundings.folder : null,
      limits: kept(surroundings.limits, "Limit"),
    },
    variables: others(variables),
    environment: others(environment),
  };
}
