import { entryOf, textOf, type TreeNode } from "../reading/tree.js";
import type { KeyStore } from "../types.js";

export type KeyStoreType = KeyStore["type"];

/** The types of key stores, and the keys of each that hold the source of a secret. */
const secretKeys: Readonly<Record<KeyStoreType, readonly string[]>> = {
  Pkcs11: ["pin"],
  Kryptus: ["root_password", "vco_password"],
  AzureKeyVault: ["app_key"],
  Dinamo: ["password"],
};

export const keyStoreTypes: readonly KeyStoreType[] = ["Pkcs11", "Kryptus", "AzureKeyVault", "Dinamo"];

/** The type that a key store says it has; undefined when it is none of them. */
export function typeOf(store: TreeNode): KeyStoreType | undefined {
  const type = textOf(entryOf(store, "type")?.value);
  return keyStoreTypes.find((known) => known === type);
}

/** The keys of this key store that hold the source of a secret. */
export function secretKeysIn(store: TreeNode): readonly string[] {
  const type = typeOf(store);
  return type === undefined ? [] : secretKeys[type];
}

/** Whether some type of key store has the source of a secret at this key. */
export function isSecretSlot(key: string): boolean {
  return Object.values(secretKeys).flat().includes(key);
}
