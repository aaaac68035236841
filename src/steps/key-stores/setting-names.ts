import { foldKey } from "../../formats/settings/settings-text.js";
import type { KeyStoreType, SettingKey } from "../../profile/key-stores/key-store-type.js";
import { keyStoreTypes, typeNames } from "../../profile/key-stores/key-store-types.js";

/** The settings' own names: `KeyStores:NAME:Pin`. */
export const storesSection = "KeyStores";
export const defaultStoreKey = "Amplia:DefaultKeyStore";
export const databaseStoreKey = "Amplia:DatabaseKeyStoreEnabled";

const keysOfAllTypes: readonly SettingKey[] = [...keyStoreTypes.values()].flatMap(keysOf);

function keysOf({ keys }: KeyStoreType): readonly SettingKey[] {
  return Object.values(keys);
}

/**
 * Every setting of a key store that a profile can say something about, secrets last. Others are the user's,
 * and stay.
 */
export const knownNames: readonly string[] = [
  ...new Set([
    "Type",
    ...keysOfAllTypes.filter(({ kind }) => kind !== "secret").map(({ setting }) => setting),
    ...keysOfAllTypes.map(({ setting }) => setting),
  ]),
];

/** The settings of the type, spelled in any case; undefined where they are not known. */
export function settingsOfType(type: string): readonly string[] | undefined {
  const known = typeNamed(type);
  return known && ["Type", ...keysOf(known).map(({ setting }) => setting)];
}

/** The type of this name, spelled in any case. */
function typeNamed(name: string): KeyStoreType | undefined {
  return keyStoreTypes.get(typeNames.find((known) => foldKey(known) === foldKey(name)) ?? "");
}

/**
 * Types that the application has besides, and a profile has not; those of Google's and Amazon's key services
 * have no published name.
 */
const otherTypes = /^(native|capi|cng)$|google|gcp|amazon|aws|kms|cluster/i;

export function isKnownType(type: string): boolean {
  return typeNamed(type) !== undefined || otherTypes.test(type);
}

/**
 * Whether the case of the setting's value means nothing to the application: a type's name and truth values.
 */
export function isCaseless(name: string): boolean {
  return name === "Type" || keysNamed(name).some(({ kind }) => kind === "flag");
}

/**
 * Whether a setting that the profile does not name is the user's own affair: so far and from now on the store
 * is of a type that leaves it to them.
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
 * The value that a setting has so far, where it cannot be a secret; else words for it: free text may be a PIN
 * that somebody put into the wrong line. `stores`: the names of the key stores there.
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
