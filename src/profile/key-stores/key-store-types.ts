import { entryOf, textOf, type Entry, type TreeNode } from "../reading/tree.js";
import type { KeyStore } from "../types.js";
import { azureKeyVault } from "./azure-key-vault.js";
import { dinamo } from "./dinamo.js";
import type { BuildContext, KeyStoreType, SettingKey, SettingValue } from "./key-store-type.js";
import { kryptus } from "./kryptus.js";
import { pkcs11 } from "./pkcs11.js";
import { targetIn } from "./amplia.js";

/** Every type of key store, by the application's name for it. */
const types = {
  Pkcs11: pkcs11,
  Kryptus: kryptus,
  AzureKeyVault: azureKeyVault,
  Dinamo: dinamo,
} as const satisfies Readonly<Record<string, KeyStoreType>>;

/** For tables elsewhere that must have every type. */
export type KeyStoreTypeName = keyof typeof types;

export const keyStoreTypes: ReadonlyMap<string, KeyStoreType> = new Map(Object.entries(types));
export const typeNames: readonly string[] = [...keyStoreTypes.keys()];

/** The type that a key store names; undefined if there is no such type. */
export function typeOf(store: TreeNode): KeyStoreType | undefined {
  return keyStoreTypes.get(textOf(entryOf(store, "type")?.value) ?? "");
}

/** The keys of this key store that hold the source of a secret. */
export function secretKeysIn(store: TreeNode): readonly string[] {
  return secretKeysOf(typeOf(store));
}

const secretSlots: ReadonlySet<string> = new Set([...keyStoreTypes.values()].flatMap(secretKeysOf));

/** Whether some type of key store has the source of a secret at this key. */
export function isSecretSlot(key: string): boolean {
  return secretSlots.has(key);
}

function secretKeysOf(type: KeyStoreType | undefined): readonly string[] {
  return Object.entries(type?.keys ?? {}).flatMap(([key, { kind }]) => (kind === "secret" ? [key] : []));
}

/** The key store in an entry that has passed all checks; undefined for one that has not. */
export function buildKeyStore(
  { key: name, value: store }: Entry,
  context: BuildContext,
): KeyStore | undefined {
  const type = typeOf(store);
  const target = targetIn(store, context.root);
  const derived = type?.derive === undefined ? {} : type.derive(store, context);
  if (type === undefined || target === undefined || derived === undefined) return undefined;
  const settings: Record<string, SettingValue> = { Type: textOf(entryOf(store, "type")?.value) ?? "" };
  for (const [key, rule] of Object.entries(type.keys)) {
    const value = key in derived ? derived[key] : writtenValue(entryOf(store, key)?.value, rule, context);
    if (value !== undefined) settings[rule.setting] = value;
    else if (rule.required === true) return undefined;
  }
  return { name, target, settings };
}

function writtenValue(
  node: TreeNode | undefined,
  { kind }: SettingKey,
  { sourceOf }: BuildContext,
): SettingValue | undefined {
  switch (kind) {
    case "text":
      return textOf(node);
    case "secret":
      return node && sourceOf(node);
    case "flag":
      return node?.kind === "scalar" && typeof node.value === "boolean" ? flagText(node.value) : undefined;
  }
}

/** A truth value as .NET writes it. */
function flagText(value: boolean): string {
  return value ? "True" : "False";
}
