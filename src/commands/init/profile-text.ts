import type { Document, Node, Scalar, YAMLMap } from "yaml";
import { sha256 } from "../../host/random-hex.js";
import { formByName } from "../../profile/key-stores/amplia.js";
import type { Endpoint, SettingsTarget } from "../../profile/types.js";

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
  readonly ampliaVersion?: string;
}

export interface DescribedUser {
  readonly connection: string;
  /** As in a profile: the file, or another source. */
  readonly pin: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Where to put a secret that was taken over: a separate file in root's folder, never the file of another
 * name.
 */
export function secretFile(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_").replace(/^\./, "_");
  return `/etc/knetctl/${plain === name ? plain : `${plain}-${sha256(name).slice(0, 8)}`}.pin`;
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
  const { Document } = await import("yaml");
  const document = new Document(content(described), { aliasDuplicateObjects: false });
  document.commentBefore = [...beginning, ...described.comments].map((line) => ` ${line}`).join("\n");
  for (const store of described.stores) comment(document, store);
  for (const name of described.connections.keys()) flowItems(document, ["connections", name, "endpoints"]);
  for (const name of described.users.keys()) flow(document, ["users", name]);
  for (const { name } of described.stores) flow(document, ["key_stores", name]);
  flow(document, ["service"]);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function content({
  connections,
  users,
  logVerbosity,
  module,
  service,
  stores,
  defaultKeyStore,
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

function comment(document: Document, { name, comments }: DescribedStore): void {
  if (comments.length === 0) return;
  const map = document.get("key_stores", true) as YAMLMap<Scalar, Node>;
  const pair = map.items.find(({ key }) => key.value === name);
  if (pair !== undefined) pair.key.commentBefore = comments.map((line) => ` ${line}`).join("\n");
}

function flow(document: Document, path: readonly string[]): void {
  const node = document.getIn(path, true);
  if (isCollection(node)) node.flow = true;
}

function flowItems(document: Document, path: readonly string[]): void {
  const node = document.getIn(path, true);
  if (isCollection(node)) for (const item of node.items) if (isCollection(item)) item.flow = true;
}

function isCollection(node: unknown): node is { items: unknown[]; flow?: boolean } {
  return typeof node === "object" && node !== null && "items" in node && Array.isArray(node.items);
}
