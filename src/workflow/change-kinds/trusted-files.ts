import type { Files, Host } from "../../host/host.js";
import type { Change } from "../change.js";

/** Files as the change may reach them: through root's folders and those of the account it trusts. */
export function trustedFiles(host: Host, change: Change): Files {
  const account = change.trusting === undefined ? undefined : host.accounts.user(change.trusting);
  return account === undefined ? host.files() : host.files(account.uid);
}
