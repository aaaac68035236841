import { Problem } from "../../problem/problem.js";
import type { Endpoint, Profile } from "../../profile/types.js";
import { listed, quotedName } from "../../profile/words/quote.js";
import { nearest } from "../../profile/words/suggest.js";

/** A connection as a client configuration or a profile has it. */
export interface HaConnection {
  readonly name: string;
  /** In order of preference; none where `problem` says why they cannot be determined. */
  readonly endpoints: readonly Endpoint[];
  /** Users that log in through it. */
  readonly users: readonly string[];
  readonly problem?: Problem;
}

/** What `ha` works on. */
export interface HaConnections {
  /** The file they are from, as it is to be named to people. */
  readonly source: string;
  readonly connections: readonly HaConnection[];
  /** Warnings of the profile. */
  readonly warnings: readonly Problem[];
}

/** A profile's connections and who logs in through them. */
export function connectionsOf({ connections, users }: Profile): readonly HaConnection[] {
  return [...connections.values()].map(({ name, endpoints }) => ({
    name,
    endpoints,
    users: [...users.values()].filter(({ connection }) => connection === name).map((user) => user.name),
  }));
}

/** Where connections are to be chosen from. */
interface Choice<C> extends Partial<Pick<HaConnections, "warnings">> {
  readonly source: string;
  readonly connections: readonly C[];
}

/**
 * Those of these names, each once, in the order of the names; all when there is none. Throws
 * `ha-connection-unknown` for a name that is not there.
 */
export function chosenConnections<C extends { readonly name: string }>(
  { source, connections }: Choice<C>,
  names: readonly string[],
): readonly C[] {
  if (names.length === 0) return connections;
  return [...new Set(names)].map(
    (name) =>
      connections.find((connection) => connection.name === name) ??
      unknown(
        name,
        source,
        connections.map((one) => one.name),
      ),
  );
}

function unknown(name: string, source: string, names: readonly string[]): never {
  const meant = nearest(name, names);
  throw new Problem("ha-connection-unknown", `there is no connection ${quotedName(name)}`, {
    where: { path: source },
    hint: meant === undefined ? `there are: ${listed(names)}` : `did you mean ${quotedName(meant)}?`,
  });
}
