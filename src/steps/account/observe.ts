import type { Account, Entry, Group, Host } from "../../host/host.js";
import { folderOf, type AbsolutePath } from "../../host/path.js";
import { serviceHome } from "../../profile/service-home.js";
import type { ServiceAccount } from "../../profile/types.js";

export interface ObservedAccount {
  readonly user: Account | undefined;
  readonly group: Group | undefined;
  /** Where the profile wants the home to be. */
  readonly home: AbsolutePath;
  readonly homeEntry: Entry | undefined;
  /** Missing folders above the home, outermost first. */
  readonly missingParents: readonly AbsolutePath[];
}

export function observeAccount(host: Host, service: ServiceAccount): ObservedAccount {
  const user = host.accounts.user(service.user);
  const home = serviceHome(service, user);
  const files = user === undefined ? host.files() : host.files(user.uid);
  const missingParents: AbsolutePath[] = [];
  for (let parent = folderOf(home); parent !== "/" && files.entry(parent) === undefined; parent = folderOf(parent)) {
    missingParents.unshift(parent);
  }
  return { user, group: host.accounts.group(service.group), home, homeEntry: files.entry(home), missingParents };
}
