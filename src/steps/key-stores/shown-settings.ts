import { foldKey } from "../../formats/settings/settings-text.js";
import { defaultStoreKey, knownNames, shownValue, storesSection } from "./setting-names.js";

interface Setting {
  readonly key: string;
  readonly value: string;
}

export interface ShownSettings {
  /** Of the key stores and the default one; a value that could be a secret is a placeholder. */
  readonly settings: readonly Setting[];
  /** How many others there are, of which nothing is shown. */
  readonly others: number;
}

/** Settings of an application as they may be handed on. */
export function shownSettings(settings: readonly Setting[]): ShownSettings {
  const parts = settings.map(({ key, value }) => ({ path: key.split(":"), key, value }));
  const ofStores = parts.filter(({ path: [section = ""] }) => foldKey(section) === foldKey(storesSection));
  const stores = ofStores.map(({ path: [, store = ""] }) => store);
  const shown = [
    ...ofStores.map(({ path: [, store = "", ...names], value }) => {
      const name = knownNames.find((known) => foldKey(known) === foldKey(names.join(":")));
      return {
        key: [storesSection, store, name ?? "…"].join(":"),
        value: name === undefined ? "<another value>" : shownValue(name, value, stores),
      };
    }),
    ...parts
      .filter(({ key }) => foldKey(key) === foldKey(defaultStoreKey))
      .map(({ value }) => ({
        key: defaultStoreKey,
        value: shownValue("DefaultKeyStore", value, stores),
      })),
  ];
  return { settings: shown, others: parts.length - shown.length };
}
