import type { Finding } from "../finding.js";
import type { Anchor, Entry, TreeNode } from "../reading/tree.js";
import type { Connection, PinSource, User } from "../types.js";
import type { AmpliaVersion } from "./amplia.js";

/**
 * Everything about one type of key store. Each has a file in this folder; `keyStoreTypes` lists them, and
 * everything else about types is derived from that list.
 */
export interface KeyStoreType<Keys extends SettingKeys = SettingKeys> {
  /**
   * The keys of a profile's key store that each become a setting, in the order in which settings are written.
   */
  readonly keys: Keys;
  /** Its other keys: names of the profile's users and connections, from which settings are derived. */
  readonly references: readonly string[];
  /** What the type requires of Amplia. */
  readonly needs: readonly Feature[];
  /** Everything about one key store that a schema cannot say, or cannot say clearly; secrets aside. */
  readonly check: (store: Entry, context: CheckContext) => readonly Finding[];
  /** Findings about the key stores of this type taken together. */
  readonly checkTogether?: (stores: readonly Entry[], context: CheckContext) => readonly Finding[];
  /**
   * Values that come from elsewhere in the profile; they take precedence over those written in the key store.
   * Undefined for a key store that has not passed its checks.
   */
  readonly derive?: (store: TreeNode, context: BuildContext) => Partial<ValuesOf<Keys>> | undefined;
  /** The reverse, for `init`: the user of the profile whom the settings mean, if any. */
  readonly userIn?: (
    settingOf: (setting: string) => string | undefined,
    users: readonly string[],
  ) => UserInSettings | undefined;
}

export type SettingKeys = Readonly<Record<string, SettingKey>>;

/** How the value at a profile's key is written into the application's settings. */
export type SettingKey = TextKey | SecretKey | FlagKey;

interface CommonKey {
  /** The setting's name, as the application's documents spell it. */
  readonly setting: string;
  readonly required?: boolean;
}

interface TextKey extends CommonKey {
  readonly kind: "text";
  /** Whether a value that somebody else wrote may be shown: it cannot be a secret on the wrong line. */
  readonly mayBeShown?: (value: string) => boolean;
}

interface SecretKey extends CommonKey {
  /** The profile names the source of the secret, never the secret. */
  readonly kind: "secret";
  /** If the profile names no source, the secret in the settings is somebody else's, and stays. */
  readonly staysUnnamed?: boolean;
}

interface FlagKey extends CommonKey {
  readonly kind: "flag";
}

export type SettingValue = string | PinSource;

type ValuesOf<Keys extends SettingKeys> = {
  readonly [Key in keyof Keys]: (Keys[Key] extends SecretKey ? PinSource : string) | undefined;
};

type Options<Key extends SettingKey> = Omit<Key, "kind" | "setting">;

export function text(setting: string, options: Options<TextKey> = {}): TextKey {
  return { kind: "text", setting, ...options };
}

export function secret(setting: string, options: Options<SecretKey> = {}): SecretKey {
  return { kind: "secret", setting, ...options };
}

export function flag(setting: string, options: Options<FlagKey> = {}): FlagKey {
  return { kind: "flag", setting, ...options };
}

/** Something that a key store requires of Amplia, and the version that introduced it. */
export interface Feature {
  readonly since: AmpliaVersion;
  readonly title: string;
  readonly hint: string;
  readonly severity?: "warning";
  /** The place in the profile that requires it; undefined if none does. */
  readonly askedAt: (store: Entry, root: TreeNode) => Anchor | undefined;
}

/** What a key store's check knows of the rest of the profile. */
export interface CheckContext {
  readonly root: TreeNode;
  readonly users: ReadonlyMap<string, Entry>;
  readonly connections: ReadonlyMap<string, Entry>;
  /** Amplia's version; undefined if not known. */
  readonly version: AmpliaVersion | undefined;
  /** Reports a text that does not name a user of the profile. */
  readonly unknownUser: (node: TreeNode | undefined) => readonly Finding[];
  readonly unknownLabel: (node: TreeNode | undefined) => readonly Finding[];
  readonly unknownConnection: (node: TreeNode | undefined) => readonly Finding[];
}

/**
 * What a key store is built from in addition to its entry. `root`: the whole profile; `sourceOf` reads the
 * source of a secret.
 */
export interface BuildContext {
  readonly connections: ReadonlyMap<string, Connection>;
  readonly users: ReadonlyMap<string, User>;
  readonly root: TreeNode;
  readonly sourceOf: (node: TreeNode) => PinSource;
}

/** A user, with what else the profile's key store has to state; or why it is unclear which user is meant. */
export type UserInSettings =
  | { readonly user: string; readonly keys: Readonly<Record<string, string>> }
  | { readonly unclear: string };
