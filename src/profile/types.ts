import type { SettingsForm } from "../formats/settings/settings-text.js";
import type { AbsolutePath } from "../host/path.js";
import type { PinSource } from "../host/pin/pin-text.js";

/**
 * One `ip` and `port` pair of a connection. `ip` is an address literal, or a host name (which earns a
 * warning).
 */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  /**
   * SHA-256 of the VHSM's certificate, 64 lower-case hexadecimal digits, for `ha probe`; config.json has no
   * place for it.
   */
  readonly fingerprint?: string;
}

/** A named way to a VHSM. Two or more endpoints make an HA vector; their order is the order of preference. */
export interface Connection {
  readonly name: string;
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
}

export type { PinSource };

/**
 * A VHSM user. Its name is the label of its token. `pin` is absent in a profile made from the vendor's own
 * file.
 */
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
  /** Lines for install.sh's standard input. Absent: it is empty. */
  readonly answers?: readonly string[];
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
  /** Where the application answers when it is well: "http://localhost:5000/api/system/info". */
  readonly health?: string;
  /** For the unit to become active, and the application to answer. */
  readonly startTimeoutSeconds: number;
}

/** A file of the application's settings, and the form it has. */
export interface SettingsTarget {
  readonly path: AbsolutePath;
  readonly form: SettingsForm;
}

interface CommonKeyStore {
  readonly name: string;
  readonly target: SettingsTarget;
}

/** A token behind a PKCS #11 module. */
export interface Pkcs11KeyStore extends CommonKeyStore {
  readonly type: "Pkcs11";
  /** The kNET user whose token it is; absent for any other token. */
  readonly user?: string;
  /** As the application is given it: a name that the loader finds, or a path. */
  readonly module: string;
  /** With `user`, that user's own source: the same object. */
  readonly pin?: PinSource;
  /** Present when it is to be written. */
  readonly tokenSerial?: string;
  /** Present when it is to be written: asked for, or the profile has several users. */
  readonly tokenLabel?: string;
}

export interface Credentials {
  readonly username: string;
  readonly password: PinSource;
}

/** A VHSM behind the vendor's own API. */
export interface KryptusKeyStore extends CommonKeyStore {
  readonly type: "Kryptus";
  readonly host: string;
  readonly port: number;
  /** A regular user, who holds the CA's keys. */
  readonly root?: Credentials;
  /** A VCO user, who holds the users' keys. */
  readonly vco?: Credentials;
}

export interface AzureKeyStore extends CommonKeyStore {
  readonly type: "AzureKeyVault";
  readonly endpoint: string;
  readonly appId: string;
  readonly appKey?: PinSource;
  readonly certThumb?: string;
  readonly useHsm?: boolean;
}

export interface DinamoKeyStore extends CommonKeyStore {
  readonly type: "Dinamo";
  readonly address: string;
  readonly user: string;
  readonly password: PinSource;
}

/** A section of the application's settings that names where its keys are. */
export type KeyStore = Pkcs11KeyStore | KryptusKeyStore | AzureKeyStore | DinamoKeyStore;

/**
 * A profile that has passed the schema and the cross-field rules. One with key stores alone has neither
 * connections nor users. Names are keys of maps, not of objects: `__proto__` is a name like any other.
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
  /**
   * By name, in the order of the profile. Absent: the profile says nothing of key stores, and those there are
   * stay; empty: none of knetctl's is to stay.
   */
  readonly keyStores?: ReadonlyMap<string, KeyStore>;
  /** The store that the application uses by default, and where that is said. */
  readonly defaultKeyStore?: { readonly name: string; readonly target: SettingsTarget };
  /** Version of Amplia: "4.8.0". Absent: not known. */
  readonly ampliaVersion?: string;
}
