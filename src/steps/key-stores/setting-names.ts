import { foldKey } from "../../formats/settings/settings-text.js";
import type { KeyStoreType, SettingKey } from "../../profile/key-stores/key-store-type.js";
import { keyStoreTypes, typeNames } from "../../profile/key-stores/key-store-types.js";

/** The names of the settings: `KeyStores:NAME:Pin`. */
export const storesSection = "KeyStores";
export const defaultStoreKey = "Amplia:DefaultKeyStore";
export const databaseStoreKey = "Amplia:DatabaseKeyStoreEnabled";

const keysOfAllTypes: readonly SettingKey[] = [...keyStoreTypes.values()].flatMap(keysOf);

function keysOf({ keys }: KeyStoreType): readonly SettingKey[] {
  return Object.values(keys);
}

/** Every setting of a key store that a profile can specify, secrets last. Others are the user's, and stay. */
export const knownNames: readonly string[] = [
  ...new Set([
    "Type",
    ...keysOfAllTypes.filter(({ kind }) => kind !== "secret").map(({ setting }) => setting),
    ...keysOfAllTypes.map(({ setting }) => setting),
  ]),
];

/** The settings of the type, whose name may be in any case; undefined if they are not known. */
export function settingsOfType(type: string): readonly string[] | undefined {
  const known = typeNamed(type);
  return known && ["Type", ...keysOf(known).map(({ setting }) => setting)];
}

/** The type with this name, in any case. */
function typeNamed(name: string): KeyStoreType | undefined {
  return keyStoreTypes.get(typeNames.find((known) => foldKey(known) === foldKey(name)) ?? "");
}

/**
 * Types that the application has but a profile does not; those for Google's and Amazon's key services have no
 * published name.
 */
const otherTypes = /^(native|capi|cng)$|google|gcp|amazon|aws|kms|cluster/i;

export function isKnownType(type: string): boolean {
  return typeNamed(type) !== undefined || otherTypes.test(type);
}

/** Whether the application ignores the case of the setting's value: so for a type's name and truth values. */
export function isCaseless(name: string): boolean {
  return name === "Type" || keysNamed(name).some(({ kind }) => kind === "flag");
}

/**
 * Whether a setting that the profile does not name is up to the user: both before and after the change, the
 * store's type leaves it to them.
 */
export function isLeftAlone(name: string, typeNow: string | undefined, typeWanted: string): boolean {
  const type = typeNamed(typeWanted);
  return (
    (typeNow === undefined || foldKey(typeNow) === foldKey(typeWanted)) &&
    type !== undefined &&
    keysOf(type).some((key) => key.kind === "secret" && key.setting === name && key.staysUnnamed === true)
  );
}

/** `KeyStores:MyHsm:Pin`. */
export function storeKey(store: string, name: string): string {
  return `${storesSection}:${store}:${name}`;
}

/**
 * The current value of a setting if it cannot be a secret, else a placeholder: free text may be a PIN that
 * somebody put on the wrong line. `stores`: the names of the key stores there.
 */
export function shownValue(name: string, value: string, stores: readonly string[]): string {
  return mayBeShown(name, value, stores) ? value : "<another value>";
}

function mayBeShown(name: string, value: string, stores: readonly string[]): boolean {
  if (name === "DefaultKeyStore") return stores.some((store) => foldKey(store) === foldKey(value));
  if (name === "Type") return typeNamed(value) !== undefined;
  const keys = keysNamed(name);
  return keys.length > 0 && keys.every((key) => isHarmless(key, value));
}

function isHarmless(key: SettingKey, value: string): boolean {
  switch (key.kind) {
    case "text":
      return key.mayBeShown?.(value) === true;
    case "secret":
      return false;
    case "flag":
      return /^(true|false)$/i.test(value);
  }
}

function keysNamed(name: string): readonly SettingKey[] {
  return keysOfAllTypes.filter(({ setting }) => setting === name);
}
