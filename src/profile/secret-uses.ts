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

/** Every use of a secret. A source that serves two uses is the same object in both: it is read once. */
export function secretUses({ users, keyStores }: Pick<Profile, "users" | "keyStores">): readonly SecretUse[] {
  const pins = [...users.values()].flatMap(({ name, pin }): SecretUse[] =>
    pin === undefined ? [] : [{ of: name, source: pin, purpose: "proof" }],
  );
  const stores = [...(keyStores?.values() ?? [])];
  const known = new Set(pins.map(({ source }) => source));
  return [
    ...pins,
    ...stores.flatMap(pinOf).filter(({ source }) => !known.has(source)),
    ...stores.flatMap(usesOf),
  ];
}

/** A token of another module is logged in to as the users' are. */
function pinOf({ name: store, settings: { Type, Pin } }: KeyStore): readonly SecretUse[] {
  return Type !== "Pkcs11" || Pin === undefined || typeof Pin === "string"
    ? []
    : [{ of: `the proof of key store ${store}`, source: Pin, purpose: "proof", store }];
}

function usesOf({ name: store, settings }: KeyStore): readonly SecretUse[] {
  return Object.entries(settings).flatMap(([name, value]): SecretUse[] =>
    typeof value === "string"
      ? []
      : [{ of: `${name} of key store ${store}`, source: value, purpose: "settings", store }],
  );
}
