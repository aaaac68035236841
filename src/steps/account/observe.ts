import type { Account, Entry, Group, Host } from "../../host/host.js";
import { folderOf, type AbsolutePath } from "../../host/path.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Profile } from "../../profile/types.js";

export interface ObservedAccount {
  readonly user: Account | undefined;
  readonly group: Group | undefined;
  /**
   * Whether anything is to be put in the home: the client looks for its configuration there; key stores are
   * elsewhere.
   */
  readonly needsHome: boolean;
  /** Where the home should be according to the profile. */
  readonly home: AbsolutePath;
  readonly homeEntry: Entry | undefined;
  /** Missing folders above the home, outermost first. */
  readonly missingParents: readonly AbsolutePath[];
}

export function observeAccount(
  host: Host,
  { service, users }: Pick<Profile, "service" | "users">,
): ObservedAccount {
  const user = host.accounts.user(service.user);
  const home = serviceHome(service, user);
  const files = user === undefined ? host.files() : host.files(user.uid);
  const missingParents: AbsolutePath[] = [];
  for (
    let parent = folderOf(home);
    parent !== "/" && files.entry(parent) === undefined;
    parent = folderOf(parent)
  ) {
    missingParents.unshift(parent);
  }
  const needsHome = users.size > 0 || service.home !== undefined;
  return {
    user,
    group: host.accounts.group(service.group),
    needsHome,
    home,
    homeEntry: files.entry(home),
    missingParents,
  };
}
