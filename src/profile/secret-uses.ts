import type { KeyStore, PinSource, Profile } from "./types.js";

/** A secret that the profile names, and what it is for. */
export interface SecretUse {
  /** For people: "ca_signer", "AppKey of key store Cloud". */
  readonly of: string;
  readonly source: PinSource;
  /** `proof`: the smoke test logs in with it; `settings`: it is written into the application's settings. */
  readonly purpose: "proof" | "settings";
  /** The key store that it belongs to. */
  readonly store?: string;
}

/** Every use of a secret. One source that serves two of them is the same object in both: it is read once. */
export function secretUses({ users, keyStores }: Pick<Profile, "users" | "keyStores">): readonly SecretUse[] {
  const pins = [...users.values()].flatMap(({ name, pin }): SecretUse[] =>
    pin === undefined ? [] : [{ of: name, source: pin, purpose: "proof" }],
  );
  return [...pins, ...[...(keyStores?.values() ?? [])].flatMap(usesOf)];
}

function usesOf(store: KeyStore): readonly SecretUse[] {
  return secretsOf(store).flatMap(([name, source]): SecretUse[] =>
    source === undefined
      ? []
      : [{ of: `${name} of key store ${store.name}`, source, purpose: "settings", store: store.name }],
  );
}

function secretsOf(store: KeyStore): readonly (readonly [string, PinSource | undefined])[] {
  switch (store.type) {
    case "Pkcs11":
      return [["Pin", store.pin]];
    case "Kryptus":
      return [
        ["RootPassword", store.root?.password],
        ["VcoPassword", store.vco?.password],
      ];
    case "AzureKeyVault":
      return [["AppKey", store.appKey]];
    case "Dinamo":
      return [["Password", store.password]];
  }
}
