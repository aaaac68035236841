import type { Host } from "../../host/host.js";
import { endpointMeaning } from "../../profile/address.js";
import { serviceHome } from "../../profile/service-identity.js";
import type { Connection, Endpoint, Profile } from "../../profile/types.js";
import { readClientConfig } from "./client-config.js";
import { observeClientConfig } from "./observe-client-config.js";

/** A connection of the profile, by what the host's config.json has of it. */
export interface ComparedConnection {
  readonly connection: Connection;
  /** Endpoints that it does not have there yet, in order of preference. */
  readonly added: readonly Endpoint[];
  /** Those that it already has and keeps. */
  readonly kept: readonly Endpoint[];
}

/**
 * Which endpoints of the profile's connections are new to the host. All are if there is no config.json, or
 * none that can be seen. Throws Problems (`client-config-…`) for a file that cannot be used.
 */
export function compareWithConfig({
  profile: { service, connections },
  host,
}: {
  readonly profile: Pick<Profile, "service" | "connections">;
  readonly host: Host;
}): readonly ComparedConnection[] {
  const account = host.accounts.user(service.user);
  const { file } = observeClientConfig(host, serviceHome(service, account), account?.uid);
  const there =
    typeof file === "object" && file.root !== undefined ? readClientConfig(file.root).connections : undefined;
  return [...connections.values()].map((connection) => {
    const known = new Set(there?.get(connection.name)?.map(endpointMeaning));
    const isKnown = (one: Endpoint): boolean => known.has(endpointMeaning(one));
    return {
      connection,
      added: connection.endpoints.filter((one) => !isKnown(one)),
      kept: connection.endpoints.filter(isKnown),
    };
  });
}
