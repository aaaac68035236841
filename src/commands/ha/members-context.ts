import type { Host } from "../../host/host.js";
import { joined } from "../../host/path.js";
import { removePrivateHomes } from "../../host/private-home.js";
import type { PrivateClient } from "../../members/private-client.js";
import { Problem } from "../../problem/problem.js";
import { nearest } from "../../profile/suggest.js";
import type { Connection, Profile, User } from "../../profile/types.js";
import { memberClient } from "../../steps/client-config/member-client.js";
import type { CommandContext } from "../command.js";

/** The host on which the members are proven; what is put there meanwhile goes also when a second signal ends the program. Throws `members-needs-root`. */
export async function membersHost(verb: string, context: CommandContext): Promise<Host> {
  if (!context.isRoot) throw new Problem("members-needs-root", `ha ${verb} loads the module as the service user and must run as root`, { hint: `sudo knetctl ha ${verb} …` });
  const host = await context.host({ readOnly: false });
  context.whenLeft(() => {
    removePrivateHomes(host);
  });
  return host;
}

/** The client as the profile's service user runs it, for one connection. */
export function clientOf(input: { readonly host: Host; readonly profile: Profile }, connection: string, timeoutSeconds: number, context: CommandContext): PrivateClient {
  return memberClient(input, connection, { worker: joined(context.programFolder, "pkcs11-worker.cjs"), timeoutMs: timeoutSeconds * 1000 }, context.signal);
}

/** The connection of that name. Throws `usage-invalid` for one that the profile does not have. */
export function connectionNamed(profile: Profile, name: string): Connection {
  const connection = profile.connections.get(name);
  if (connection !== undefined) return connection;
  throw unknown("connection", name, [...profile.connections.keys()]);
}

/** The users of a connection; with a name, that one alone. */
export function usersOf({ users }: Profile, connection: string, name: string | undefined): readonly User[] {
  return [...users.values()].filter((user) => user.connection === connection && (name === undefined || user.name === name));
}

export function unknown(what: "connection" | "user", name: string, known: readonly string[]): Problem {
  const meant = nearest(name, known);
  const hint = `${meant === undefined ? "" : `did you mean ${JSON.stringify(meant)}? `}there are: ${known.map((one) => JSON.stringify(one)).join(", ")}`;
  return new Problem("usage-invalid", `the profile has no ${what} ${JSON.stringify(name)} to do this with`, { hint });
}
