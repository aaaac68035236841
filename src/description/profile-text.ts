import { formByName } from "../profile/key-stores/amplia.js";
import type { Endpoint, SettingsTarget } from "../profile/types.js";
import { writtenProfile } from "./written-profile.js";

/**
 * A key of the profile's text with its value. Secrets are represented by the files into which they should be
 * put.
 */
export type DescribedValue = string | number | boolean | { readonly file: string };

export interface DescribedStore {
  readonly name: string;
  readonly target: SettingsTarget;
  readonly keys: ReadonlyMap<string, DescribedValue>;
  /** Where the secrets are now, one line each. */
  readonly comments: readonly string[];
}

/** A host in the terms of a profile. */
export interface DescribedHost {
  /** Lines for the top of the profile. */
  readonly comments: readonly string[];
  readonly connections: ReadonlyMap<string, readonly Endpoint[]>;
  readonly users: ReadonlyMap<string, DescribedUser>;
  readonly logVerbosity?: string;
  readonly module?: ReadonlyMap<string, string>;
  readonly service: ReadonlyMap<string, string | boolean>;
  readonly stores: readonly DescribedStore[];
  readonly defaultKeyStore?: string;
  /** Other programs that use the module, by their names, with the keys that they have in a profile. */
  readonly consumers?: ReadonlyMap<string, ReadonlyMap<string, string | boolean>>;
  readonly ampliaVersion?: string;
}

export interface DescribedUser {
  readonly connection: string;
  /** As in a profile: the file, or another source. */
  readonly pin: Readonly<Record<string, string | number | boolean>>;
}

const head = [
  "The host as knetctl init --from-host found it.",
  "PINs and passwords are not included: put each into the file that is named for it, readable only by " +
    "root (mode 0600).",
];

/**
 * The profile in YAML, with a comment wherever there is something to do. `beginning`: the lines at its top,
 * before the description's own. Linear in its size.
 */
export async function profileText(
  described: DescribedHost,
  beginning: readonly string[] = head,
): Promise<string> {
  return writtenProfile(profileContent(described), {
    head: [...beginning, ...described.comments],
    stores: new Map(described.stores.map(({ name, comments }) => [name, comments])),
  });
}

/** The same as the data of a profile, its keys in the order of the documentation. */
export function profileContent({
  connections,
  users,
  logVerbosity,
  module,
  service,
  stores,
  defaultKeyStore,
  consumers,
  ampliaVersion,
}: DescribedHost): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ...(connections.size === 0
      ? []
      : [["connections", mapped(connections, (endpoints) => new Map([["endpoints", endpoints]]))] as const]),
    ...(users.size === 0
      ? []
      : [["users", mapped(users, ({ connection, pin }) => ({ connection, pin }))] as const]),
    ...(logVerbosity === undefined ? [] : [["log_verbosity", logVerbosity] as const]),
    ...(module === undefined ? [] : [["module", module] as const]),
    ["service", service],
    ...(stores.length === 0
      ? []
      : [["key_stores", new Map(stores.map((store) => [store.name, storeContent(store)]))] as const]),
    ...(defaultKeyStore === undefined ? [] : [["default_key_store", defaultKeyStore] as const]),
    ...(consumers === undefined || consumers.size === 0 ? [] : [["consumers", consumers] as const]),
    ...(ampliaVersion === undefined ? [] : [["amplia", new Map([["version", ampliaVersion]])] as const]),
  ]);
}

function mapped<T, R>(map: ReadonlyMap<string, T>, change: (value: T) => R): ReadonlyMap<string, R> {
  return new Map([...map].map(([name, value]) => [name, change(value)]));
}

function storeContent({ keys, target }: DescribedStore): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([...keys, ["target", targetContent(target)]]);
}

function targetContent({ path, form }: DescribedStore["target"]): unknown {
  return form === formByName(path) ? path : { file: path, form };
}
