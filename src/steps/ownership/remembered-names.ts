import type { Accounts } from "../../host/host.js";

/**
 * The same accounts, asked once for the name of each id: a directory service answers slowly, and thousands of
 * files may have one owner.
 */
export function rememberedNames(accounts: Accounts): Accounts {
  return {
    user: (name) => accounts.user(name),
    group: (name) => accounts.group(name),
    userName: remembered((uid) => accounts.userName(uid)),
    groupName: remembered((gid) => accounts.groupName(gid)),
  };
}

function remembered(ask: (id: number) => string): (id: number) => string {
  const names = new Map<number, string>();
  return (id) => {
    const name = names.get(id) ?? ask(id);
    names.set(id, name);
    return name;
  };
}
