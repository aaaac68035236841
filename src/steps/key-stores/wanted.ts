import type { PinSource } from "../../host/pin/pin-text.js";
import type { Credentials, KeyStore, Profile, SettingsTarget } from "../../profile/types.js";

/**
 * Names of a key store's settings in the order of the document, each with its text or the source of a secret.
 */
export type StoreSettings = ReadonlyMap<string, string | PinSource>;

/** What the profile wants in one file of the application's settings. */
export interface WantedFile {
  readonly target: SettingsTarget;
  readonly stores: readonly KeyStore[];
  /**
   * What becomes of knetctl's other key stores there: they go where the profile says all, and stay where it
   * says nothing of key stores, or only some are asked for.
   */
  readonly others: "go" | "stay";
  /** The default key store; `untouched` where only some key stores are asked for. */
  readonly defaultKeyStore: { readonly name: string | undefined } | "untouched";
}

/**
 * The files that the profile names, in its order; each with all that belongs into it, or with these key
 * stores alone.
 */
export function wantedFiles(
  { keyStores, defaultKeyStore }: Pick<Profile, "keyStores" | "defaultKeyStore">,
  only?: ReadonlySet<string>,
): readonly WantedFile[] {
  const stores = [...(keyStores?.values() ?? [])].filter(({ name }) => only?.has(name) ?? true);
  const targets = new Map(
    [...stores, ...(defaultKeyStore === undefined || only !== undefined ? [] : [defaultKeyStore])].map(
      ({ target }) => [target.path, target],
    ),
  );
  return [...targets.values()].map((target) => ({
    target,
    stores: stores.filter((store) => store.target.path === target.path),
    others: keyStores === undefined || only !== undefined ? "stay" : "go",
    defaultKeyStore:
      only === undefined
        ? { name: defaultKeyStore?.target.path === target.path ? defaultKeyStore.name : undefined }
        : "untouched",
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
      return [
        ["Module", store.module],
        ["Pin", store.pin],
        ["TokenSerialNumber", store.tokenSerial],
        ["TokenLabel", store.tokenLabel],
      ];
    case "Kryptus":
      return [
        ["Host", store.host],
        ["Port", String(store.port)],
        ...credentials("Root", store.root),
        ...credentials("Vco", store.vco),
      ];
    case "AzureKeyVault":
      return [
        ["Endpoint", store.endpoint],
        ["AppId", store.appId],
        ["AppKey", store.appKey],
        ["CertThumb", store.certThumb],
        ["UseHsm", flag(store.useHsm)],
      ];
    case "Dinamo":
      return [
        ["Address", store.address],
        ["User", store.user],
        ["Password", store.password],
      ];
  }
}

function credentials(whose: "Root" | "Vco", pair: Credentials | undefined): Pairs {
  return pair === undefined
    ? []
    : [
        [`${whose}Username`, pair.username],
        [`${whose}Password`, pair.password],
      ];
}

/** As .NET itself writes a truth value. */
function flag(value: boolean | undefined): string | undefined {
  if (value === undefined) return undefined;
  return value ? "True" : "False";
}

function present(pairs: Pairs): readonly (readonly [string, string | PinSource])[] {
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}
