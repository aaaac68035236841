import { foldKey, settingsForms } from "../../formats/settings/settings-text.js";
import { describeConsumers } from "./describe-consumers.js";
import type { Files, Host } from "../../host/host.js";
import { type AbsolutePath, asAbsolutePath, folderOf, joined, path as literal } from "../../host/path.js";
import { describeClientConfig, type DescribedClient } from "../../description/describe-client-config.js";
import { type DescribedStores, describeStores } from "../../description/describe-stores.js";
import type { DescribedHost } from "../../description/profile-text.js";
import { Problem } from "../../problem/problem.js";
import { defaultSettings, formByName, oldSettings } from "../../profile/key-stores/amplia.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { SettingsTarget } from "../../profile/types.js";
import { clientConfigFolders } from "../../vendor/client.js";
import { observeClientConfig } from "../../vendor/client-config/observe-client-config.js";
import { observeFile } from "../../steps/key-stores/observe.js";
import { defaultStoreKey } from "../../steps/key-stores/setting-names.js";

export interface HostToDescribe {
  /** The application's account. */
  readonly user: string;
  /**
   * Files of its settings; missing ones hold no key stores. Undefined: where the published set-up guide puts
   * them.
   */
  readonly targets: readonly SettingsTarget[] | undefined;
}

/** Where systemd looks for units, the first first (systemd.unit(5)). */
export const unitFolders = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
].map(literal);

/**
 * A host that was set up by hand, in the terms of a profile. Holds no secret. Throws Problems for files that
 * cannot be read, and if there is nothing to describe (`init-nothing-found`).
 */
export async function describeHost(
  host: Host,
  { user, targets: named }: HostToDescribe,
): Promise<DescribedHost> {
  const account = host.accounts.user(user);
  if (account === undefined)
    throw new Problem("account-missing", `there is no user ${JSON.stringify(user)} on this host`, {
      hint: "name the application's account with --user",
    });
  const home = serviceHome({ user }, account);
  const client = describeClient(host, home, account.uid);
  const { targets, comments } =
    named === undefined ? publishedSettings(host.files(account.uid)) : { targets: named, comments: [] };
  const stores: DescribedStores[] = [];
  let defaultKeyStore: string | undefined;
  for (const target of targets) {
    const {
      settings: { settings },
    } = await observeFile(host, target.path, target.form, account.uid);
    stores.push(describeStores(settings, target, [...client.users.keys()]));
    defaultKeyStore ??= settings.find(({ key }) => foldKey(key) === foldKey(defaultStoreKey))?.value;
  }
  const described = stores.flatMap((one) => one.stores);
  const consumers = describeConsumers(host, user, [...client.users.keys()]);
  if (client.users.size === 0 && described.length === 0) throw nothingFound(home, targets);
  return {
    ...client,
    comments: [...client.comments, ...comments, ...stores.flatMap(({ left }) => left), ...consumers.comments],
    service: serviceOf(host, user, home),
    stores: described,
    consumers: consumers.consumers,
    ...(described.some(({ name }) => name === defaultKeyStore) &&
      defaultKeyStore !== undefined && { defaultKeyStore }),
  };
}

function describeClient(host: Host, home: AbsolutePath, uid: number): DescribedClient {
  const { path, file, unseenReason } = observeClientConfig(host, home, uid);
  if (file === "unseen")
    throw new Problem("host-not-permitted", "config.json cannot be read", {
      where: { path },
      detail: unseenReason ?? "permission missing",
      hint: "run as root",
    });
  if (file === "missing" || file.root === undefined)
    return { comments: [`there is no ${path} yet`], connections: new Map(), users: new Map() };
  return describeClientConfig(file.root, path);
}

/** The keys of `service` in the profile. */
function serviceOf(host: Host, user: string, home: AbsolutePath): ReadonlyMap<string, string | boolean> {
  const unit = `${user}.service`;
  return new Map([
    ["user", user],
    ["group", groupOf(host, user, home)],
    ["home", home],
    ...(hasUnit(host.files(), unit) ? [["unit", unit] as const] : []),
  ]);
}

/** The group that may read the client's configuration, or else the account's group. */
function groupOf(host: Host, user: string, home: AbsolutePath): string {
  const account = host.accounts.user(user);
  const config = host
    .files(...(account === undefined ? [] : [account.uid]))
    .entry(joined(home, clientConfigFolders[0]));
  const gid = config === undefined || config.gid === 0 ? account?.gid : config.gid;
  return gid === undefined ? user : host.accounts.groupName(gid);
}

function hasUnit(files: Files, unit: string): boolean {
  return unitFolders.some((folder) => {
    try {
      return files.entry(joined(folder, unit)) !== undefined;
    } catch (error) {
      if (error instanceof Problem) return false;
      throw error;
    }
  });
}

function nothingFound(home: AbsolutePath, targets: readonly SettingsTarget[]): Problem {
  return new Problem("init-nothing-found", "found nothing to describe on this host", {
    detail:
      `no kNET users in config.json below ${home}, no key stores in ` +
      targets.map(({ path }) => path).join(", "),
    hint:
      "name the application's account with --user and its settings with --settings; the README shows a " +
      "profile to start from",
  });
}

/** Amplia's settings; if only the file that it used before 4.0 exists, that one. */
function publishedSettings(files: Files): {
  readonly targets: readonly SettingsTarget[];
  readonly comments: readonly string[];
} {
  const { path } = defaultSettings;
  const [hasNew, hasOld] = [defaultSettings, oldSettings].map(
    (target) => files.entry(folderOf(path)) !== undefined && files.entry(target.path) !== undefined,
  );
  if (hasOld !== true) return { targets: [defaultSettings], comments: [] };
  if (hasNew === true)
    return {
      targets: [defaultSettings],
      comments: [`there is ${oldSettings.path} too, which Amplia read before 4.0: it was ignored`],
    };
  return {
    targets: [oldSettings],
    comments: [`Amplia seems to be older than 4.0: its settings are in ${oldSettings.path}`],
  };
}

/** `/path`, whose form follows from its name, or `FORM:/path`. Undefined if it is neither. */
export function settingsTarget(text: string): SettingsTarget | undefined {
  const [, named, file = ""] = /^(?:([a-z]+):)?(\/.*)$/s.exec(text) ?? [];
  const path = asAbsolutePath(file);
  const form = named === undefined ? formByName(file) : settingsForms.find((known) => known === named);
  return path === undefined || form === undefined ? undefined : { path, form };
}
