import { clientModule } from "../../vendor/client.js";
import { parsePort } from "../endpoints.js";
import { entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";
import type {
  AzureKeyStore,
  Connection,
  Credentials,
  DinamoKeyStore,
  KeyStore,
  KryptusKeyStore,
  Pkcs11KeyStore,
  PinSource,
  User,
} from "../types.js";
import { writtenLabel } from "./pkcs11-token.js";
import { typeOf } from "./store-types.js";
import { targetIn } from "./target.js";

/**
 * What a key store is built from besides its own entry. `root`: the whole profile; `sourceOf` reads the
 * source of a secret.
 */
export interface BuildContext {
  readonly connections: ReadonlyMap<string, Connection>;
  readonly users: ReadonlyMap<string, User>;
  readonly root: TreeNode;
  readonly sourceOf: (node: TreeNode) => PinSource;
}

type Common = Pick<KeyStore, "name" | "target">;

/** The key store in an entry that has passed all checks. Undefined in one that has not. */
export function buildKeyStore({ key: name, value }: Entry, context: BuildContext): KeyStore | undefined {
  const target = targetIn(value, context.root);
  if (target === undefined) return undefined;
  const common = { name, target };
  switch (typeOf(value)) {
    case "Pkcs11":
      return pkcs11(value, common, context);
    case "Kryptus":
      return kryptus(value, common, context);
    case "AzureKeyVault":
      return azure(value, common, context);
    case "Dinamo":
      return dinamo(value, common, context);
    case undefined:
      return undefined;
  }
}

function pkcs11(store: TreeNode, common: Common, context: BuildContext): Pkcs11KeyStore {
  const user = text(store, "user");
  const pin = user === undefined ? source(store, "pin", context) : context.users.get(user)?.pin;
  const tokenSerial = text(store, "token_serial");
  const tokenLabel = writtenLabel(store, context.users.size);
  return {
    ...common,
    type: "Pkcs11",
    ...(user !== undefined && { user }),
    module: text(store, "module") ?? clientModule,
    ...(pin && { pin }),
    ...(tokenSerial !== undefined && { tokenSerial }),
    ...(tokenLabel !== undefined && { tokenLabel }),
  };
}

function kryptus(store: TreeNode, common: Common, context: BuildContext): KryptusKeyStore | undefined {
  const user = context.users.get(text(store, "user") ?? "");
  const endpoint = context.connections.get(text(store, "connection") ?? user?.connection ?? "")?.endpoints[0];
  const host = text(store, "host") ?? endpoint?.ip;
  const port = parsePort(entryOf(store, "port")?.value) ?? endpoint?.port;
  const root = user?.pin ? { username: user.name, password: user.pin } : credentials(store, "root", context);
  const vco = credentials(store, "vco", context);
  if (host === undefined || port === undefined || (root ?? vco) === undefined) return undefined;
  return { ...common, type: "Kryptus", host, port, ...(root && { root }), ...(vco && { vco }) };
}

function credentials(store: TreeNode, who: "root" | "vco", context: BuildContext): Credentials | undefined {
  const username = text(store, `${who}_username`);
  const password = source(store, `${who}_password`, context);
  return username === undefined || password === undefined ? undefined : { username, password };
}

function azure(store: TreeNode, common: Common, context: BuildContext): AzureKeyStore | undefined {
  const [endpoint, appId, certThumb] = ["endpoint", "app_id", "cert_thumb"].map((key) => text(store, key));
  const appKey = source(store, "app_key", context);
  const useHsm = entryOf(store, "use_hsm")?.value;
  if (endpoint === undefined || appId === undefined) return undefined;
  return {
    ...common,
    type: "AzureKeyVault",
    endpoint,
    appId,
    ...(appKey && { appKey }),
    ...(certThumb !== undefined && { certThumb }),
    ...(useHsm?.kind === "scalar" && typeof useHsm.value === "boolean" && { useHsm: useHsm.value }),
  };
}

function dinamo(store: TreeNode, common: Common, context: BuildContext): DinamoKeyStore | undefined {
  const [address, user] = ["address", "user"].map((key) => text(store, key));
  const password = source(store, "password", context);
  if (address === undefined || user === undefined || password === undefined) return undefined;
  return { ...common, type: "Dinamo", address, user, password };
}

function text(store: TreeNode, key: string): string | undefined {
  return textOf(entryOf(store, key)?.value);
}

function source(store: TreeNode, key: string, { sourceOf }: BuildContext): PinSource | undefined {
  const node = entryOf(store, key)?.value;
  return node && sourceOf(node);
}
