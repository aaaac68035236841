import { Problem } from "../../problem/problem.js";
import type { Host } from "../host.js";
import type { Reader } from "./barrier.js";
import type { LoadedUnit } from "./loaded-unit.js";
import { groupsOf, type UnitProcess } from "./unit-process.js";

/**
 * Whose rights the service's processes have: the unit's, where it is loaded, else those of a new process of
 * the account. Undefined where this host does not have it. A service manager that does not answer is
 * reported by the steps that cannot do without it.
 */
export async function serviceReader(
  host: Host,
  user: string,
  unit: (() => Promise<LoadedUnit | undefined>) | undefined,
): Promise<Reader | undefined> {
  const process = await processOf(unit);
  if (process !== undefined) return process;
  const account = host.accounts.user(user);
  if (account === undefined) return undefined;
  const { uid, gid } = account;
  let listed: Promise<readonly number[]> | undefined;
  return {
    user,
    uid,
    gid,
    groups: async () => [gid, ...(host.root === "/" ? await (listed ??= groupsOf(host, account.user)) : [])],
  };
}

async function processOf(
  unit: (() => Promise<LoadedUnit | undefined>) | undefined,
): Promise<UnitProcess | undefined> {
  try {
    return (await unit?.())?.process;
  } catch (error) {
    if (error instanceof Problem && error.code === "service-state-unknown") return undefined;
    throw error;
  }
}
