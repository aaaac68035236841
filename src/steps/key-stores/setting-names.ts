/** The settings' own names: `KeyStores:NAME:Pin`. */
export const storesSection = "KeyStores";
export const defaultStoreKey = "Amplia:DefaultKeyStore";

/** Every setting of a key store that a profile can say something of. Others are the user's, and stay. */
export const knownNames: readonly string[] = [
  "Type", "Module", "TokenSerialNumber", "TokenLabel",
  "Host", "Port", "RootUsername", "VcoUsername",
  "Endpoint", "AppId", "CertThumb", "UseHsm",
  "Address", "User",
  "Pin", "RootPassword", "VcoPassword", "AppKey", "Password",
];

/** `KeyStores:MyHsm:Pin`. */
export function storeKey(store: string, name: string): string {
  return `${storesSection}:${store}:${name}`;
}
