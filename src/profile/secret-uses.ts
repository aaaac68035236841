import type { KeyStore, PinSource, Profile, ProfileConsumer } from "./types.js";

/** A secret that the profile names, and what it is for. */
export interface SecretUse {
  /** For people: "ca_signer", "AppKey of key store Cloud". */
  readonly of: string;
  readonly source: PinSource;
  /** `proof`: the smoke test logs in with it; `settings`: it is written for an application. */
  readonly purpose: "proof" | "settings";
  /** The key store that it belongs to. */
  readonly store?: string;
  /** The consumer that it is written for. */
  readonly consumer?: string;
}

/** Every use of a secret. A source that serves two uses is the same object in both: it is read once. */
export function secretUses({
  users,
  keyStores,
  consumers,
}: Pick<Profile, "users" | "keyStores" | "consumers">): readonly SecretUse[] {
  const pins = [...users.values()].flatMap(({ name, pin }): SecretUse[] =>
    pin === undefined ? [] : [{ of: name, source: pin, purpose: "proof" }],
  );
  const stores = [...(keyStores?.values() ?? [])];
  const known = new Set(pins.map(({ source }) => source));
  return [
    ...pins,
    ...stores.flatMap(pinOf).filter(({ source }) => !known.has(source)),
    ...stores.flatMap(usesOf),
    ...[...(consumers?.values() ?? [])].flatMap(useOf),
  ];
}

function useOf({ name, pin }: ProfileConsumer): readonly SecretUse[] {
  return pin === undefined
    ? []
    : [{ of: `the PIN of consumer ${name}`, source: pin, purpose: "settings", consumer: name }];
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
