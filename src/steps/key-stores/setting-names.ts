import { isIP } from "node:net";
import { foldKey } from "../../formats/settings/keys.js";
import { type KeyStoreType, keyStoreTypes } from "../../profile/key-stores/store-types.js";

/** The settings' own names: `KeyStores:NAME:Pin`. */
export const storesSection = "KeyStores";
export const defaultStoreKey = "Amplia:DefaultKeyStore";
export const databaseStoreKey = "Amplia:DatabaseKeyStoreEnabled";

/** Every setting of a key store that a profile can say something of. Others are the user's, and stay. */
export const knownNames: readonly string[] = [
  "Type",
  "Module",
  "TokenSerialNumber",
  "TokenLabel",
  "Host",
  "Port",
  "RootUsername",
  "VcoUsername",
  "Endpoint",
  "AppId",
  "CertThumb",
  "UseHsm",
  "Address",
  "User",
  "Pin",
  "RootPassword",
  "VcoPassword",
  "AppKey",
  "Password",
];

/** The settings of each type that a profile can have, as its document names them. */
const byType: Readonly<Record<KeyStoreType, readonly string[]>> = {
  Pkcs11: ["Type", "Module", "Pin", "TokenSerialNumber", "TokenLabel"],
  Kryptus: ["Type", "Host", "Port", "RootUsername", "RootPassword", "VcoUsername", "VcoPassword"],
  AzureKeyVault: ["Type", "Endpoint", "AppId", "AppKey", "CertThumb", "UseHsm"],
  Dinamo: ["Type", "Address", "User", "Password"],
};

/**
 * Types that the application has besides, and a profile has not; those of Google's and Amazon's key services
 * have no published name.
 */
const otherTypes = /^(native|capi|cng)$|google|gcp|amazon|aws|kms|cluster/i;

/** The settings of the type, spelled in any case; undefined where they are not known. */
export function settingsOfType(type: string): readonly string[] | undefined {
  const known = keyStoreTypes.find((one) => foldKey(one) === foldKey(type));
  return known && byType[known];
}

export function isKnownType(type: string): boolean {
  return settingsOfType(type) !== undefined || otherTypes.test(type);
}

/** `KeyStores:MyHsm:Pin`. */
export function storeKey(store: string, name: string): string {
  return `${storesSection}:${store}:${name}`;
}

/**
 * What may be shown of a setting that is replaced: no free text, which may be a PIN that somebody put into
 * the wrong line.
 */
const harmless: Readonly<Record<string, (value: string) => boolean>> = {
  Type: (value) => keyStoreTypes.some((type) => foldKey(type) === foldKey(value)),
  Module: (value) => /^[\w./+-]+\.(so(\.\d+)*|dll)$/i.test(value),
  Host: (value) => isIP(value) !== 0,
  Address: (value) => isIP(value) !== 0,
  UseHsm: (value) => /^(true|false)$/i.test(value),
};

/**
 * The value that a setting has so far, where it cannot be a secret; else words for it. `stores`: the names of
 * the key stores there.
 */
export function shownValue(name: string, value: string, stores: readonly string[]): string {
  const isHarmless =
    name === "DefaultKeyStore"
      ? stores.some((store) => foldKey(store) === foldKey(value))
      : harmless[name]?.(value);
  return isHarmless === true ? value : "<another value>";
}
