import type { AbsolutePath } from "../host/path.js";
import type { PinSource } from "../host/pin/pin-source.js";

/** One `ip` and `port` pair of a connection. `ip` is an address literal, or a host name (which earns a warning). */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
}

/** A named way to a VHSM. Two or more endpoints make an HA vector; their order is the order of preference. */
export interface Connection {
  readonly name: string;
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
}

export type { PinSource };

/** A VHSM user. Its name is the label of its token. `pin` is absent in a profile made from the vendor's own file. */
export interface User {
  readonly name: string;
  readonly connection: string;
  readonly authenticationType: "password";
  readonly pin?: PinSource;
}

/** The document's six values, from silent to everything. */
export const logVerbosities = ["none", "key_only", "quiet", "info", "verbose", "full"] as const;
export type LogVerbosity = (typeof logVerbosities)[number];

/** The vendor archive to install. Absent: the module is installed by other means, and only checked. */
export interface ModuleSource {
  readonly archive: AbsolutePath;
  /** Lower-case hexadecimal SHA-256 of the archive. */
  readonly sha256?: string;
  readonly installerTimeoutSeconds: number;
}

/** The account that runs the application and loads the module. */
export interface ServiceAccount {
  readonly user: string;
  readonly group: string;
  /** Absent: the home of the account's passwd entry. */
  readonly home?: AbsolutePath;
  /** Create user and group when they are missing. */
  readonly create: boolean;
  /** The systemd unit of the application: "amplia.service". */
  readonly unit?: string;
}

/**
 * A profile that has passed the schema and the cross-field rules. Names are keys of maps, not of objects: `__proto__`
 * is a name like any other.
 */
export interface Profile {
  /** The profile's file, as the user named it; `-` for standard input. */
  readonly source: string;
  readonly connections: ReadonlyMap<string, Connection>;
  readonly users: ReadonlyMap<string, User>;
  /** Absent: left out of config.json, where the vendor's default is `quiet`. */
  readonly logVerbosity?: LogVerbosity;
  readonly module?: ModuleSource;
  readonly service: ServiceAccount;
}
