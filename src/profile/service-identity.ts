import type { Account, Host } from "../host/host.js";
import { Problem } from "../problem/problem.js";
import { serviceHome } from "./service-home.js";
import type { ServiceAccount } from "./types.js";

/**
 * The service user as a process becomes it, with the home that the profile gives it. Throws
 * `account-missing`.
 */
export function serviceIdentity(
  { accounts }: Pick<Host, "accounts">,
  service: Pick<ServiceAccount, "user" | "home">,
): Account {
  const account = accounts.user(service.user);
  if (account === undefined)
    throw new Problem(
      "account-missing",
      `there is no user ${JSON.stringify(service.user)} to run the smoke test as`,
    );
  return { user: account.user, uid: account.uid, gid: account.gid, home: serviceHome(service, account) };
}
