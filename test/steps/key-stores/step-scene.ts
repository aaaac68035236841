import { path } from "../../../src/host/path.js";
import { Secret } from "../../../src/problem/secret.js";
import type { KeyStore, PinSource, Profile } from "../../../src/profile/types.js";
import { keyStoresStep } from "../../../src/steps/key-stores/step.js";
import { MemoryHost, type MemoryHostOptions } from "../../support/memory-host.js";

export const file = "/etc/amplia/appsettings.conf";
export const record = "/var/lib/knetctl/key-stores.json";
export const target = { path: path(file), form: "ini" } as const;
export const amplia = { user: "amplia", uid: 990, gid: 991, home: path("/var/amplia") };
export const source: PinSource = { from: "file", path: path("/run/pin") };
export const hsm: KeyStore = {
  name: "Hsm",
  target,
  settings: { Type: "Pkcs11", Module: "eTPKCS11.dll", Pin: source },
};
export const section = "[KeyStores:Hsm]\nType=Pkcs11\nModule=eTPKCS11.dll\nPin=1234\n";

export function profileOf(stores: readonly KeyStore[] | undefined): Profile {
  return {
    source: "profile.yaml",
    connections: new Map(),
    users: new Map(),
    service: { user: "amplia", group: "amplia", create: false, startTimeoutSeconds: 60 },
    ...(stores !== undefined && { keyStores: new Map(stores.map((store) => [store.name, store])) }),
  };
}

export function plan(
  stores: readonly KeyStore[] | undefined,
  options: MemoryHostOptions = {},
  pin = "1234",
  more: Partial<Profile> = {},
) {
  const host = new MemoryHost({ users: [amplia], groups: [{ group: "amplia", gid: 991 }], ...options });
  return keyStoresStep(new Map([[source, new Secret(pin)]])).plan(
    { profile: { ...profileOf(stores), ...more }, host },
    [],
  );
}

export const written = (stores: readonly string[], service = "amplia") =>
  `${JSON.stringify(
    { format: 1, files: [{ path: file, form: "ini", service, keyStores: stores }] },
    null,
    1,
  )}\n`;
