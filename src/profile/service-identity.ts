import type { Account, Host } from "../host/host.js";
import { type AbsolutePath, asAbsolutePath } from "../host/path.js";
import { Problem } from "../problem/problem.js";
import type { ServiceAccount } from "./types.js";

/**
 * The service user's home: the one in the profile, else that of the account, else the one that an account yet
 * to be created gets, `/var/USER` (for Amplia `/var/amplia`). Throws a Problem if the user's name cannot be
 * part of a path.
 */
export function serviceHome(
  service: Pick<ServiceAccount, "user" | "home">,
  account: Pick<Account, "home"> | undefined,
): AbsolutePath {
  const home = service.home ?? account?.home ?? `/var/${service.user}`;
  const checked = asAbsolutePath(home);
  if (checked !== undefined) return checked;
  throw new Problem("client-config-home-invalid", "the service user's home is not an absolute path", {
    detail: JSON.stringify(home),
    hint: "set service.home in the profile, without `.`, `..` or an empty part in it",
  });
}

/**
 * The identity that a process of the service user runs with, including the home that the profile gives it.
 * Throws `account-missing`.
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
