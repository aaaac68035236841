import { isIP } from "node:net";
import { foldKey } from "../../formats/settings/keys.js";
import { keyStoreTypes } from "../../profile/key-stores/store-types.js";

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
