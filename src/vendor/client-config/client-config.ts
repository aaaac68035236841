import type { Endpoint, LogVerbosity, Profile } from "../../profile/types.js";

export interface ClientUser {
  readonly connection: string;
  readonly authenticationType: "password";
}

/** What config.json tells the client. Names are keys of maps: `__proto__` is a name like any other. */
export interface ClientConfig {
  /** Each connection's endpoints, one or more, in order of preference. */
  readonly connections: ReadonlyMap<string, readonly Endpoint[]>;
  readonly users: ReadonlyMap<string, ClientUser>;
  /** Absent: not in the file, which means `defaultVerbosity`. */
  readonly logVerbosity?: LogVerbosity;
}

/** The client's default for log_verbosity, according to the vendor's document. */
export const defaultVerbosity: LogVerbosity = "quiet";

/** The client configuration that the profile asks for. */
export function wantedClientConfig({
  connections,
  users,
  logVerbosity,
}: Pick<Profile, "connections" | "users" | "logVerbosity">): ClientConfig {
  return {
    connections: new Map([...connections].map(([name, { endpoints }]) => [name, endpoints])),
    users: new Map(
      [...users].map(([name, { connection, authenticationType }]) => [
        name,
        { connection, authenticationType },
      ]),
    ),
    ...(logVerbosity !== undefined && { logVerbosity }),
  };
}
