import { type AbsolutePath, asAbsolutePath } from "../path.js";
import type { Account, Host } from "../host.js";
import type { UnitEnvironment } from "./unit-environment.js";
import type { UnitSettings } from "./unit-settings.js";

/** Whose rights the unit's processes have, and what they take for their home. */
export interface UnitProcess {
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  /** All groups, `gid` among them. Asked for only where they decide: a name service may take its time. */
  readonly groups: () => Promise<readonly number[]>;
  /** HOME; undefined: it is not set, or is not a path. */
  readonly home: AbsolutePath | undefined;
  /** Whether USER and LOGNAME are not set by the service manager: for root, if the unit names no user. */
  readonly nameless: boolean;
}

/** Ids that systemd gives to users that exist only while a unit runs (systemd.exec(5), DynamicUser=). */
const dynamicIds = { first: 61_184, last: 65_519 };

/**
 * The account of the unit's processes; undefined if this host does not have it: where the unit has a dynamic
 * user, it exists only while the unit runs, and with another id each time.
 */
export function unitAccount(
  { accounts }: Pick<Host, "accounts">,
  settings: UnitSettings,
): Account | undefined {
  const named = settings.user ?? "root";
  const account = accounts.user(/^\d+$/.test(named) ? accounts.userName(Number(named)) : named);
  const isDynamic =
    settings.dynamicUser &&
    account !== undefined &&
    account.uid >= dynamicIds.first &&
    account.uid <= dynamicIds.last;
  return isDynamic ? undefined : account;
}

/**
 * The groups are Group= instead of the account's own, which its processes then do not have, those that list
 * the user, and SupplementaryGroups= (systemd.exec(5), initgroups(3)). Undefined where this host does not
 * have the account or the group.
 */
export function unitProcess(
  host: Pick<Host, "accounts" | "commands">,
  settings: UnitSettings,
  { variables }: UnitEnvironment,
): UnitProcess | undefined {
  const account = unitAccount(host, settings);
  const gid = settings.group === undefined ? account?.gid : groupId(host, settings.group);
  if (account === undefined || gid === undefined) return undefined;
  const added = settings.supplementaryGroups.flatMap((group) => groupId(host, group) ?? []);
  let listed: Promise<readonly number[]> | undefined;
  return {
    user: account.user,
    uid: account.uid,
    gid,
    groups: async () => {
      listed ??= settings.user === undefined ? Promise.resolve([]) : groupsOf(host, account.user);
      return [...new Set([gid, ...(await listed), ...added])];
    },
    home: homeOf(account, settings, variables),
    nameless: !(settings.setLoginEnvironment ?? (settings.user !== undefined || settings.dynamicUser)),
  };
}

function groupId({ accounts }: Pick<Host, "accounts">, group: string): number | undefined {
  return /^\d+$/.test(group) ? Number(group) : accounts.group(group)?.gid;
}

const getentMs = 10_000;

/** The groups that list the user, as a new process of it gets them, but not the account's own. */
export async function groupsOf(
  { commands }: Pick<Host, "commands">,
  user: string,
): Promise<readonly number[]> {
  if (commands.find("getent") === undefined) return [];
  const { stdout } = await commands.run({
    program: "getent",
    args: ["initgroups", user],
    timeoutMs: getentMs,
  });
  const [, ...ids] = stdout.trim().split(/\s+/);
  return ids.filter((id) => /^\d+$/.test(id)).map(Number);
}

/**
 * The account's, unless the unit sets another. None is set without a user, for a dynamic one, even where an
 * account has its name, and for `/`.
 */
function homeOf(
  { home }: Account,
  { user, dynamicUser, setLoginEnvironment, unsetEnvironment }: UnitSettings,
  variables: UnitEnvironment["variables"],
): AbsolutePath | undefined {
  const given = variables.get("HOME");
  if (given !== undefined) return asAbsolutePath(given.value.replace(/(?<=.)\/+$/, ""));
  const isSet = user !== undefined && !dynamicUser && setLoginEnvironment !== false;
  return isSet && home !== "/" && !unsetEnvironment.includes("HOME") ? home : undefined;
}
