import { type LogVerbosity } from "../vendor/client.js";
import type { WantedConsumer } from "../consumers/consumer.js";
import type { SettingsForm } from "../formats/settings/settings-text.js";
import type { AbsolutePath } from "../host/path.js";
import type { PinSource } from "../host/pin/pin-text.js";

/**
 * One `ip` and `port` pair of a connection. `ip` is an address literal, or a host name (which causes a
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

/** The vendor archive to install. Absent: the module is installed by other means, and only checked. */
export interface ModuleSource {
  readonly archive: AbsolutePath;
  /** Lower-case hexadecimal SHA-256 of the archive. */
  readonly sha256?: string;
  readonly installerTimeoutSeconds: number;
  /** Lines for install.sh's standard input. Absent: it is empty. */
  readonly answers?: readonly string[];
  /** Whether install.sh may use the network. */
  readonly network: boolean;
  /** Whether install.sh runs on the host itself instead of in a stage. */
  readonly inPlace: boolean;
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
  /** Where the application answers when it is healthy: "http://localhost:5000/api/system/info". */
  readonly health?: string;
  /** How long the unit may take to become active, and the application to answer. */
  readonly startTimeoutSeconds: number;
  /** Variables of the application's processes, where no unit says it. No secrets. */
  readonly environment?: ReadonlyMap<string, string>;
}

/** How long the service may take to start, where the profile does not say. */
export const defaultStartTimeoutSeconds = 60;

/** What can be demanded of the smoke test, from least to most; `signed` is `signed-token-key`. */
export const proofLevels = [
  "nothing",
  "reached",
  "logged-in",
  "signed",
  "signed-token-key",
  "signed-session-key",
  "signed-existing-key",
] as const;

/** What the smoke test has to prove about each user's token, and how it may do so. */
export interface ProofRules {
  /** Less fails if there is a PIN, and is a warning if not. */
  readonly atLeast: (typeof proofLevels)[number];
  /** Whether keys may be made on the token where session objects are refused. */
  readonly tokenObjects: "allow" | "never";
  /** Whether keys that are on the token are signed with, or only listed. */
  readonly existingKeys: "sign" | "list";
  /** Labels of signing keys that must be on one of the tokens. */
  readonly keys: readonly string[];
  /** Whether there are several tokens, so that one need not have all these keys. */
  readonly keysElsewhere: boolean;
}

/** A file of the application's settings, and the form it has. */
export interface SettingsTarget {
  readonly path: AbsolutePath;
  readonly form: SettingsForm;
}

/** A section of the application's settings that names where its keys are. */
export interface KeyStore {
  readonly name: string;
  readonly target: SettingsTarget;
  /**
   * By the setting names in the type's documentation and in that order, `Type` first. Each is a text or the
   * source of a secret; the source of a user of the profile is the same object as the user's.
   */
  readonly settings: Readonly<Record<string, string | PinSource>>;
}

/** A program that uses the module besides Amplia, and what is written for it; see `src/consumers`. */
export interface ProfileConsumer extends WantedConsumer {
  /** Of the text; absent where it is pasted. */
  readonly file?: AbsolutePath;
  readonly pinFile?: AbsolutePath;
  /** The source of the user's PIN, the same object as the user's; absent where it needs none. */
  readonly pin?: PinSource;
}

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
   * By name, in the order of the profile. Absent: the profile does not mention key stores, and existing ones
   * stay; empty: all of knetctl's are to be removed.
   */
  readonly keyStores?: ReadonlyMap<string, KeyStore>;
  /** The store that the application uses by default, and the file that says so. */
  readonly defaultKeyStore?: { readonly name: string; readonly target: SettingsTarget };
  /**
   * By name, in the order of the profile. Absent: the profile does not mention consumers, and what knetctl
   * wrote for some stays; empty: all of it is to be removed.
   */
  readonly consumers?: ReadonlyMap<string, ProfileConsumer>;
  /** Absent: the smoke test's own rules. */
  readonly proof?: ProofRules;
  /** Version of Amplia: "4.8.0". Absent: not known. */
  readonly ampliaVersion?: string;
}
