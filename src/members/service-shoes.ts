import type { Host } from "../host/host.js";
import type { LoadedUnit } from "../host/unit/loaded-unit.js";
import { type UnitProcess, unitProcess } from "../host/unit/unit-process.js";
import type { UnitSettings } from "../host/unit/unit-settings.js";
import type { Identity } from "../pkcs11/protocol.js";
import { lateLimits } from "../host/unit/transient-properties.js";
import { type Surroundings, usualSurroundings } from "../pkcs11/process/surroundings.js";
import { serviceIdentity } from "../profile/service-identity.js";
import type { ServiceAccount } from "../profile/types.js";

/** What a process of the worker has of the service's, wherever it runs. */
export interface ServiceShoes {
  readonly identity: Identity;
  readonly surroundings: Surroundings;
}

/**
 * The account, groups, home, capabilities, limits, umask and working folder of the service's processes on
 * `host`, which may be a stage: as the unit says, else as the profile does. What the unit says and this
 * host does not have (a dynamic user) is left to the test in the unit. Throws `account-missing`.
 */
export async function serviceShoes(
  host: Host,
  service: ServiceAccount,
  unit: LoadedUnit | undefined,
): Promise<ServiceShoes> {
  const identity = serviceIdentity(host, service);
  if (unit === undefined) return { identity, surroundings: usualSurroundings };
  const { settings, environment } = unit;
  const process = unitProcess(host, settings, environment);
  const capabilities = settings.sandbox.has("CapabilityBoundingSet")
    ? { capabilities: settings.sandbox.words("CapabilityBoundingSet") }
    : {};
  return {
    identity: {
      ...identity,
      ...(process?.uid === identity.uid && (await rightsOf(process))),
      ...capabilities,
      limits: Object.fromEntries(settings.limits),
    },
    surroundings: {
      umask: settings.umask,
      folder: folderOf(settings, identity.home),
      limits: Object.fromEntries(lateLimits(settings)),
      addresses: [],
    },
  };
}

async function rightsOf({ gid, groups, home, nameless }: UnitProcess): Promise<Partial<Identity>> {
  return { gid, groups: await groups(), home, ...(nameless && { nameless }) };
}

/**
 * The variables that the service's processes have, but HOME, and those that would change what Node does. They
 * may be secret.
 */
export function variablesOf(
  { environment = new Map<string, string>() }: Pick<ServiceAccount, "environment">,
  unit: LoadedUnit | undefined,
): Readonly<Record<string, string>> {
  const all = unit === undefined ? environment : valuesOf(unit);
  return Object.fromEntries([...all].filter(([name]) => !/^(?:HOME$|NODE_)/.test(name)));
}

function valuesOf({ environment: { variables } }: LoadedUnit): readonly (readonly [string, string])[] {
  return [...variables.values()].map(({ name, value }) => [name, value]);
}

function folderOf({ workingDirectory }: UnitSettings, home: string): string | null {
  return workingDirectory === undefined ? null : workingDirectory.path === "~" ? home : workingDirectory.path;
}
