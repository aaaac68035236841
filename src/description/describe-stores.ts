import { foldKey, type Setting } from "../formats/settings/settings-text.js";
import type { KeyStoreType, UserInSettings } from "../profile/key-stores/key-store-type.js";
import { keyStoreTypes } from "../profile/key-stores/key-store-types.js";
import type { SettingsTarget } from "../profile/types.js";
import { quotedName } from "../profile/words/quote.js";
import { storesIn } from "../steps/key-stores/stores-edit.js";
import { storeKey } from "../steps/key-stores/setting-names.js";
import type { DescribedStore, DescribedValue } from "./profile-text.js";
import { secretFile } from "./secret-file.js";

export interface DescribedStores {
  readonly stores: readonly DescribedStore[];
  /** Stores that a profile cannot express, and why; they are left as they are. */
  readonly left: readonly string[];
}

/** The key stores of a file in the terms of a profile. `users`: the kNET users. Pure; holds no secret. */
export function describeStores(
  settings: readonly Setting[],
  target: SettingsTarget,
  users: readonly string[],
): DescribedStores {
  const values = new Map(settings.map(({ key, value }) => [foldKey(key), value]));
  const stores: DescribedStore[] = [];
  const left: string[] = [];
  for (const { name } of storesIn(settings).values()) {
    const store = new StoreReader(name, values, target, users);
    const described = store.describe();
    if (typeof described === "string")
      left.push(`key store ${quotedName(name)} of ${target.path} is left out: ${described}`);
    else stores.push(described);
  }
  return { stores, left };
}

class StoreReader {
  readonly #keys = new Map<string, DescribedValue>();
  readonly #comments: string[] = [];

  constructor(
    readonly name: string,
    readonly values: ReadonlyMap<string, string>,
    readonly target: SettingsTarget,
    readonly users: readonly string[],
  ) {}

  /** The store, or why a profile cannot express it. */
  describe(): DescribedStore | string {
    const written = this.#value("Type") ?? "";
    const [name, type] = [...keyStoreTypes].find(([known]) => foldKey(known) === foldKey(written)) ?? [];
    if (name === undefined || type === undefined)
      return this.#value("Type") === undefined
        ? "its type is missing"
        : "its type is not one that knetctl writes";
    this.#keys.set("type", name);
    const found = type.userIn?.((setting) => this.#value(setting), this.users);
    const refused = found === undefined ? this.#ownKeys(type) : this.#usersKeys(found, type);
    return refused ?? { name: this.name, target: this.target, keys: this.#keys, comments: this.#comments };
  }

  #usersKeys(found: UserInSettings, { keys }: KeyStoreType): string | undefined {
    if ("unclear" in found) return found.unclear;
    this.#keys.set("user", found.user);
    for (const [key, value] of Object.entries(found.keys)) this.#keys.set(key, value);
    for (const { kind, setting } of Object.values(keys)) {
      if (kind === "secret" && this.#value(setting) !== undefined)
        this.#comments.push(this.#whereItIs(setting, secretFile(found.user)));
    }
    return undefined;
  }

  #ownKeys({ keys }: KeyStoreType): string | undefined {
    for (const [key, { kind, setting }] of Object.entries(keys)) {
      const value = this.#value(setting);
      if (value === undefined || value === "") continue;
      if (kind === "flag" && !/^(true|false)$/i.test(value))
        return `its ${setting} is neither true nor false`;
      if (kind === "secret") {
        const file = secretFile(key === "pin" || key === "password" ? this.name : `${this.name}.${key}`);
        this.#keys.set(key, { file });
        this.#comments.push(this.#whereItIs(setting, file));
      } else this.#keys.set(key, kind === "flag" ? foldKey(value) === foldKey("true") : value);
    }
    return undefined;
  }

  #value(setting: string): string | undefined {
    return this.values.get(foldKey(storeKey(this.name, setting)));
  }

  #whereItIs(setting: string, file: string): string {
    return (
      `${setting} goes into ${file}; at present it is in ${this.target.path} as ` +
      storeKey(this.name, setting)
    );
  }
}
