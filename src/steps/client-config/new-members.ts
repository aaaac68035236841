import { endpointMeaning } from "../../profile/address.js";
import { serviceHome } from "../../profile/service.js";
import type { Endpoint } from "../../profile/types.js";
import type { StepInput } from "../../workflow/step.js";
import { observeClientConfig } from "./observe.js";
import { readClientConfig } from "./reading.js";

/** A connection that is to have members which the host's config.json does not give it yet. */
export interface NewMembers {
  readonly connection: string;
  /** In order of preference. */
  readonly added: readonly Endpoint[];
  /** Those that it has already and keeps. */
  readonly kept: readonly Endpoint[];
}

/**
 * The new members of HA vectors that somebody logs in through, by the profile and the config.json that is
 * there now. An endpoint that is the only one of its connection is no member: what is proven through the
 * connection is proven of it. Throws Problems (`client-config-…`) for a file that cannot be used.
 */
export function newMembers({
  profile: { service, connections, users },
  host,
}: StepInput): readonly NewMembers[] {
  const account = host.accounts.user(service.user);
  const { file } = observeClientConfig(host, serviceHome(service, account), account?.uid);
  const there =
    typeof file === "object" && file.root !== undefined ? readClientConfig(file.root).connections : undefined;
  const used = new Set([...users.values()].map(({ connection }) => connection));
  return [...connections.values()].flatMap(({ name, endpoints }) => {
    const known = new Set(there?.get(name)?.map(endpointMeaning));
    const [added, kept] = [
      endpoints.filter((one) => !known.has(endpointMeaning(one))),
      endpoints.filter((one) => known.has(endpointMeaning(one))),
    ];
    return used.has(name) && endpoints.length > 1 && added.length > 0
      ? [{ connection: name, added, kept }]
      : [];
  });
}
