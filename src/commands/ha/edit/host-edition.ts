import type { Entry, Host } from "../../../host/host.js";
import { asAbsolutePath } from "../../../host/path.js";
import {
  type Connection,
  type Endpoint,
  endpointText,
  type Profile,
  type ServiceAccount,
} from "../../../profile/types.js";
import { Problem } from "../../../problem/problem.js";
import { parseAddress } from "../../../profile/address.js";
import { quoted } from "../../../profile/words/quote.js";
import { vectorStep } from "../../../steps/client-config/vector-step.js";
import { clientConfigOwnershipStep } from "../../../steps/ownership/step.js";
import { serviceStep } from "../../../steps/service/step.js";
import type { CommandContext } from "../../command.js";
import { noAccount } from "../config-problems.js";
import { chosenConnections, type HaConnections } from "../connections.js";
import type { EditArguments } from "./arguments.js";
import type { Edition } from "./edition.js";
import { proofSteps, vectorEdition } from "./edition.js";
import { homeFolder, readConnections } from "../read-connections.js";
import { editedVector, type VectorEdit } from "./vector-edits.js";

/**
 * An edit of the config.json that the service user's client reads, which is all that is known. Throws
 * Problems.
 */
export async function hostEdition(
  edit: VectorEdit,
  args: EditArguments,
  host: Host,
  context: CommandContext,
): Promise<Edition> {
  const read = await readConnections({ user: args.user, home: args.home, root: args.root }, context);
  const [connection] = chosenConnections(read, [edit.connection]);
  if (connection?.problem !== undefined && edit.verb !== "set") throw connection.problem;
  const vector = connection?.endpoints ?? [];
  const wanted = editedVector(vector, edit);
  const added = wanted.filter((endpoint) => !vector.includes(endpoint));
  const warnings = endpointWarnings(added);
  for (const problem of warnings) context.output.problem(problem);
  const profile = hostProfile(read, { name: edit.connection, endpoints: wanted }, args, host);
  const users = new Map([...profile.users].filter(([, user]) => user.connection === edit.connection));
  const proofs = users.size === 0 ? [] : proofSteps(users, new Map(), args, context);
  const steps = [
    clientConfigOwnershipStep,
    vectorStep({
      connection: edit.connection,
      from: connection?.problem === undefined ? vector : undefined,
      to: wanted,
    }),
    ...proofs,
    serviceStep({ restart: args.restart, noUnit: "no --unit and no --profile" }),
  ];
  return { vector: vectorEdition(edit.verb, vector, wanted), steps, input: { profile, host }, warnings };
}

/**
 * What the steps need to know of a host that has no profile: the connection as it is to be, and who logs in.
 */
function hostProfile(
  read: HaConnections,
  connection: Pick<Connection, "name"> & { readonly endpoints: readonly Endpoint[] },
  args: EditArguments,
  host: Host,
): Profile {
  const {
    name,
    endpoints: [first, ...others],
  } = connection;
  const users = read.connections.flatMap((one) =>
    one.users.map(
      (user) => [user, { name: user, connection: one.name, authenticationType: "password" }] as const,
    ),
  );
  return {
    source: read.source,
    connections: new Map(first === undefined ? [] : [[name, { name, endpoints: [first, ...others] }]]),
    users: new Map(users),
    service: serviceAccount(read.source, args, host),
  };
}

const startTimeoutSeconds = 60;

function serviceAccount(config: string, { user, home, unit }: EditArguments, host: Host): ServiceAccount {
  const account = host.accounts.user(user);
  if (account === undefined) throw noAccount(user);
  if (unit !== undefined && !/^[A-Za-z0-9:_.@\\-]{1,247}\.service$/.test(unit)) {
    throw new Problem("usage-invalid", `--unit takes the name of a systemd unit, not ${quoted(unit)}`, {
      hint: "such as --unit amplia.service",
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
    startTimeoutSeconds,
  };
}

/** The one that a file of root's has been given to; else the user's own. */
function groupOf(file: Entry | undefined, own: number): number {
  return file !== undefined && file.uid === 0 && file.gid !== 0 ? file.gid : own;
}

/** IANA's port of KMIP's binary encoding (TTLV). */
const ttlvPort = 5696;

/** What a profile is warned of, for endpoints that stand in none: a host name, the port of TTLV. */
export function endpointWarnings(endpoints: readonly Endpoint[]): readonly Problem[] {
  return endpoints.flatMap((endpoint) => [
    ...(parseAddress(endpoint.ip).kind === "name" ? [hostName(endpoint)] : []),
    ...(endpoint.port === ttlvPort ? [ttlv(endpoint)] : []),
  ]);
}

function hostName(endpoint: Endpoint): Problem {
  return new Problem("profile-address-name", `endpoint ${endpointText(endpoint)} has a host name`, {
    severity: "warning",
    hint: "the vendor documents addresses only; a name may not work, or fail when the name service does",
  });
}

function ttlv(endpoint: Endpoint): Problem {
  return new Problem(
    "profile-port-ttlv",
    `endpoint ${endpointText(endpoint)} has the port that is registered for KMIP's TTLV`,
    {
      severity: "warning",
      hint: "the client needs the VHSM's HTTPS port; check which one this is",
    },
  );
}
