import type { Host } from "../../host/host.js";
import { serviceHome } from "../../profile/service-identity.js";
import { logVerbosities, type Endpoint, type LogVerbosity, type Profile } from "../../profile/types.js";
import { editClientConfig } from "./edit.js";
import { observeClientConfig, type ObservedClientConfig } from "./observe.js";
import { type ClientConfig, readClientConfig, wantedClientConfig } from "./client-config.js";
import { renderClientConfig } from "./render.js";

/**
 * Makes the texts of a config.json that has only one connection of the profile, its users, and the endpoints
 * given to each call; everything else is as in the host's file, which is read once and not changed. Throws
 * Problems (`client-config-…`) for a file that cannot be used.
 */
export function oneConnection(
  { host, profile }: { readonly host: Host; readonly profile: Profile },
  connection: string,
): (endpoints: readonly Endpoint[]) => Promise<string> {
  const account = host.accounts.user(profile.service.user);
  const { file } = observeClientConfig(host, serviceHome(profile.service, account), account?.uid);
  const { users } = wantedClientConfig(profile);
  const logVerbosity = profile.logVerbosity ?? verbosityOf(file);
  return async (endpoints) => {
    const wanted: ClientConfig = {
      connections: new Map([[connection, endpoints]]),
      users: new Map([...users].filter(([, user]) => user.connection === connection)),
      ...(logVerbosity !== undefined && { logVerbosity }),
    };
    return typeof file === "object" && file.root !== undefined
      ? (await editClientConfig(file, wanted)).text
      : renderClientConfig(wanted);
  };
}

function verbosityOf(file: ObservedClientConfig["file"]): LogVerbosity | undefined {
  if (typeof file !== "object" || file.root === undefined) return undefined;
  const { logVerbosity } = readClientConfig(file.root);
  return logVerbosities.find((known) => known === logVerbosity);
}
