import type { PinSource } from "../../host/pin/pin-source.js";
import type { Credentials, KeyStore, Profile, SettingsTarget } from "../../profile/types.js";

/** Names of a key store's settings in the order of the document, each with its text or the source of a secret. */
export type StoreSettings = ReadonlyMap<string, string | PinSource>;

/** What the profile wants in one file of the application's settings. */
export interface WantedFile {
  readonly target: SettingsTarget;
  /** Undefined: the profile says nothing of key stores, and leaves them all as they are. */
  readonly stores?: readonly KeyStore[];
  readonly defaultKeyStore?: string;
}

/** The files that the profile names, in its order; each with all that belongs into it. */
export function wantedFiles({ keyStores, defaultKeyStore }: Pick<Profile, "keyStores" | "defaultKeyStore">): readonly WantedFile[] {
  const stores = [...(keyStores?.values() ?? [])];
  const targets = new Map([...stores, ...(defaultKeyStore === undefined ? [] : [defaultKeyStore])].map(({ target }) => [target.path, target]));
  return [...targets.values()].map((target) => ({
    target,
    ...(keyStores !== undefined && { stores: stores.filter((store) => store.target.path === target.path) }),
    ...(defaultKeyStore?.target.path === target.path && { defaultKeyStore: defaultKeyStore.name }),
  }));
}

/** The settings of one key store, as the documents of its type name them. */
export function storeSettings(store: KeyStore): StoreSettings {
  return new Map([["Type", store.type], ...present(typeSettings(store))]);
}

type Pairs = readonly (readonly [string, string | PinSource | undefined])[];

function typeSettings(store: KeyStore): Pairs {
  switch (store.type) {
    case "Pkcs11":
      return [["Module", store.module], ["Pin", store.pin], ["TokenSerialNumber", store.tokenSerial], ["TokenLabel", store.tokenLabel]];
    case "Kryptus":
      return [["Host", store.host], ["Port", String(store.port)], ...credentials("Root", store.root), ...credentials("Vco", store.vco)];
    case "AzureKeyVault":
      return [["Endpoint", store.endpoint], ["AppId", store.appId], ["AppKey", store.appKey], ["CertThumb", store.certThumb], ["UseHsm", flag(store.useHsm)]];
    case "Dinamo":
      return [["Address", store.address], ["User", store.user], ["Password", store.password]];
  }
}

function credentials(whose: "Root" | "Vco", pair: Credentials | undefined): Pairs {
  return pair === undefined ? [] : [[`${whose}Username`, pair.username], [`${whose}Password`, pair.password]];
}

/** As .NET itself writes a truth value. */
function flag(value: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value ? "True" : "False";
}

function present(pairs: Pairs): readonly (readonly [string, string | PinSource])[] {
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
