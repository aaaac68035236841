import { renderTemplate } from "../formats/template.js";
import { folderOf, nameOf } from "../host/path.js";
import { serviceHome } from "../profile/service-identity.js";
import type { Profile, SettingsTarget } from "../profile/types.js";
import { renderKeyStores } from "../steps/key-stores/render-key-stores.js";
import type { Secrets } from "../steps/key-stores/stores-edit.js";
import { clientConfigFolders } from "../vendor/client.js";
import { renderClientConfig, wantedClientConfig } from "../vendor/client-config/render-client-config.js";

/**
 * A script for root that does by hand what the vendor's document says, with owners and modes as knetctl
 * leaves them: root and the service's group, folders 0750, files 0640. It replaces no file.
 */
export async function procedure(profile: Profile, secrets: Secrets): Promise<string> {
  const { users, module, service } = profile;
  return renderTemplate("procedure.sh", {
    module: module === undefined ? null : { archive: module.archive, sha256: module.sha256 ?? null },
    create: service.create,
    user: service.user,
    group: service.group,
    home: serviceHome(service, undefined),
    unit: service.unit ?? null,
    folders: clientConfigFolders.map((_name, at) => clientConfigFolders.slice(0, at + 1).join("/")),
    config:
      users.size === 0
        ? null
        : {
            folder: clientConfigFolders.join("/"),
            text: await renderClientConfig(wantedClientConfig(profile)),
          },
    settings: await Promise.all(
      targetsOf(profile).map(async (target) => ({
        folder: folderOf(target.path),
        name: nameOf(target.path),
        group: service.group,
        text: await renderKeyStores(partOf(profile, target), target.form, secrets),
      })),
    ),
  });
}

/** The files that key stores are written into, each once. */
function targetsOf({ keyStores }: Profile): readonly SettingsTarget[] {
  const targets = [...(keyStores?.values() ?? [])].map(({ target }) => target);
  return targets.filter(({ path }, at) => targets.findIndex((one) => one.path === path) === at);
}

/** What of the profile goes into one file. */
function partOf({ keyStores, defaultKeyStore }: Profile, { path }: SettingsTarget) {
  return {
    keyStores: new Map([...(keyStores ?? [])].filter(([, { target }]) => target.path === path)),
    ...(defaultKeyStore?.target.path === path && { defaultKeyStore }),
  };
}
