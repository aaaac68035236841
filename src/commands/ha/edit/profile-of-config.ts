import { endpointHints } from "../../../vendor/client.js";
import { isServiceUnit, isTemplate } from "../../../formats/systemd/unit-name.js";
import type { Entry, Host } from "../../../host/host.js";
import { asAbsolutePath } from "../../../host/path.js";
import { Problem } from "../../../problem/problem.js";
import { parseAddress } from "../../../profile/address.js";
import { ttlvPort } from "../../../profile/checks/endpoints.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import {
  type Connection,
  defaultStartTimeoutSeconds,
  type Endpoint,
  type Profile,
  type ServiceAccount,
} from "../../../profile/types.js";
import { quoted } from "../../../profile/words/quote.js";
import { noAccount } from "../config-problems.js";
import { chosenConnections, type HaConnections, homeFolder, readConnections } from "../connections.js";
import type { EditableProfile, EditArguments, EditRequest } from "./edit-request.js";

/**
 * The profile that corresponds to the service user's config.json, which is all that is known about a host
 * without a profile: connections, users, and the account. It has no key stores, so none is touched. Throws
 * Problems.
 */
export async function profileOfConfig({ edit, args, host, context }: EditRequest): Promise<EditableProfile> {
  const read = await readConnections({ user: args.user, home: args.home, root: args.root }, context);
  const [connection] = chosenConnections(read, [edit.connection]);
  if (connection?.problem !== undefined && edit.verb !== "set") throw connection.problem;
  const vector = connection?.endpoints ?? [];
  const profile = profileOf(read, args, host);
  return {
    profile,
    vector,
    inUse: connection?.problem === undefined ? vector : undefined,
    noUnit: "no --unit and no --profile",
    edited: (endpoints) =>
      Promise.resolve({
        profile: {
          ...profile,
          connections: new Map([
            ...profile.connections,
            ...connectionsIn([{ name: edit.connection, endpoints }]),
          ]),
        },
        warnings: endpointWarnings(endpoints.filter((endpoint) => !vector.includes(endpoint))),
      }),
  };
}

function profileOf(read: HaConnections, args: EditArguments, host: Host): Profile {
  const users = read.connections.flatMap((one) =>
    one.users.map(
      (user) => [user, { name: user, connection: one.name, authenticationType: "password" }] as const,
    ),
  );
  return {
    source: read.source,
    connections: connectionsIn(read.connections),
    users: new Map(users),
    service: serviceAccount(read.source, args, host),
  };
}

/** The connections that have endpoints. */
function connectionsIn(
  connections: readonly { readonly name: string; readonly endpoints: readonly Endpoint[] }[],
): ReadonlyMap<string, Connection> {
  return new Map(
    connections.flatMap(({ name, endpoints: [first, ...others] }) =>
      first === undefined ? [] : [[name, { name, endpoints: [first, ...others] as const }] as const],
    ),
  );
}

function serviceAccount(config: string, { user, home, unit }: EditArguments, host: Host): ServiceAccount {
  const account = host.accounts.user(user);
  if (account === undefined) throw noAccount(user);
  if (unit !== undefined && !isServiceUnit(unit)) {
    throw new Problem("usage-invalid", `--unit takes the name of a systemd unit, not ${quoted(unit)}`, {
      hint: isTemplate(unit)
        ? "that is a template: name an instance of it, such as --unit app@1.service"
        : "such as --unit amplia.service",
    });
  }
  const path = asAbsolutePath(config);
  const group = groupOf(path === undefined ? undefined : host.files(account.uid).entry(path), account.gid);
  return {
    user,
    group: host.accounts.groupName(group),
    ...(home !== undefined && { home: homeFolder(home) }),
    create: false,
    ...(unit !== undefined && { unit }),
    startTimeoutSeconds: defaultStartTimeoutSeconds,
  };
}

/** The group to which a file of root's has been given, or else the user's group. */
function groupOf(file: Entry | undefined, own: number): number {
  return file !== undefined && file.uid === 0 && file.gid !== 0 ? file.gid : own;
}

/**
 * The warnings about a profile's endpoints (profile/checks/endpoints.ts), for endpoints that are not in a
 * file.
 */
function endpointWarnings(endpoints: readonly Endpoint[]): readonly Problem[] {
  return endpoints.flatMap((endpoint) => [
    ...(parseAddress(endpoint.ip).kind === "name" ? [hostName(endpoint)] : []),
    ...(endpoint.port === ttlvPort ? [ttlv(endpoint)] : []),
  ]);
}

function hostName(endpoint: Endpoint): Problem {
  return new Problem("profile-address-name", `endpoint ${endpointText(endpoint)} has a host name`, {
    severity: "warning",
    hint: endpointHints.name,
  });
}

function ttlv(endpoint: Endpoint): Problem {
  return new Problem(
    "profile-port-ttlv",
    `endpoint ${endpointText(endpoint)} has the port that is registered for KMIP's TTLV`,
    {
      severity: "warning",
      hint: endpointHints.ttlvPort,
    },
  );
}
