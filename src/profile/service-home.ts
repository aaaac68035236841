import type { Account } from "../host/host.js";
import { asAbsolutePath, type AbsolutePath } from "../host/path.js";
import { Problem } from "../problem/problem.js";
import type { ServiceAccount } from "./types.js";

/**
 * The service user's home: the profile's, else that of the account, else the one an account still to be
 * created gets, `/var/USER` (Amplia's own: `/var/amplia`). Throws a Problem when the user's name makes no
 * path.
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
    hint: "give service.home in the profile, without `.`, `..` or an empty part in it",
  });
}
