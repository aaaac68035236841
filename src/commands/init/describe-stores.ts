import { foldKey } from "../../formats/settings/keys.js";
import type { Setting } from "../../formats/settings/settings-text.js";
import { clientModule } from "../../vendor/client.js";
import type { SettingsTarget } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import { storesIn } from "../../steps/key-stores/edit.js";
import { storeKey } from "../../steps/key-stores/setting-names.js";
import type { DescribedStore, DescribedValue } from "./described.js";
import { secretFile } from "./described.js";

/** The keys of each type in a profile: its setting, and whether that is a secret. */
const typeKeys: Readonly<
  Record<string, readonly (readonly [key: string, setting: string, secret?: "secret"])[]>
> = {
  Pkcs11: [
    ["module", "Module"],
    ["pin", "Pin", "secret"],
    ["token_serial", "TokenSerialNumber"],
    ["token_label", "TokenLabel"],
  ],
  Kryptus: [
    ["host", "Host"],
    ["port", "Port"],
    ["root_username", "RootUsername"],
    ["root_password", "RootPassword", "secret"],
    ["vco_username", "VcoUsername"],
    ["vco_password", "VcoPassword", "secret"],
  ],
  AzureKeyVault: [
    ["endpoint", "Endpoint"],
    ["app_id", "AppId"],
    ["app_key", "AppKey", "secret"],
    ["cert_thumb", "CertThumb"],
    ["use_hsm", "UseHsm"],
  ],
  Dinamo: [
    ["address", "Address"],
    ["user", "User"],
    ["password", "Password", "secret"],
  ],
};

export interface DescribedStores {
  readonly stores: readonly DescribedStore[];
  /** Stores that a profile has no words for, and why; they are left as they are. */
  readonly left: readonly string[];
}

/** The key stores of a file in a profile's words. `users`: the kNET users. Pure; holds no secret. */
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

  /** The store, or why a profile cannot say it. */
  describe(): DescribedStore | string {
    const type = Object.keys(typeKeys).find((known) => foldKey(known) === foldKey(this.#value("Type") ?? ""));
    if (type === undefined)
      return `its type is ${this.#value("Type") === undefined ? "missing" : "none that knetctl writes"}`;
    if (type === "AzureKeyVault" && !/^(true|false)?$/i.test(this.#value("UseHsm") ?? ""))
      return "its UseHsm is neither true nor false";
    this.#keys.set("type", type);
    const refused = type === "Pkcs11" && this.#isKnet() ? this.#knet() : undefined;
    if (!this.#keys.has("user")) this.#plain(typeKeys[type] ?? []);
    return refused ?? { name: this.name, target: this.target, keys: this.#keys, comments: this.#comments };
  }

  #isKnet(): boolean {
    const module = this.#value("Module") ?? "";
    return (
      module.slice(module.lastIndexOf("/") + 1) === clientModule &&
      this.users.length > 0 &&
      this.#value("TokenSerialNumber") === undefined
    );
  }

  #knet(): string | undefined {
    const [label, module] = [this.#value("TokenLabel"), this.#value("Module")];
    const user = label ?? (this.users.length === 1 ? this.users[0] : undefined);
    if (user === undefined) return "it does not say which of the kNET users it means";
    if (!this.users.includes(user)) return "its TokenLabel is no kNET user of config.json";
    this.#keys.set("user", user);
    if (module !== undefined && module !== clientModule) this.#keys.set("module", module);
    if (label !== undefined && this.users.length === 1) this.#keys.set("token_label", label);
    if (this.#value("Pin") !== undefined) this.#comments.push(this.#whereItIs("Pin", secretFile(user)));
    return undefined;
  }

  #plain(keys: readonly (readonly [key: string, setting: string, secret?: "secret"])[]): void {
    for (const [key, setting, secret] of keys) {
      const value = this.#value(setting);
      if (value === undefined || value === "") continue;
      if (secret === undefined)
        this.#keys.set(key, key === "use_hsm" ? foldKey(value) === foldKey("true") : value);
      else {
        const file = secretFile(key === "pin" || key === "password" ? this.name : `${this.name}.${key}`);
        this.#keys.set(key, { file });
        this.#comments.push(this.#whereItIs(setting, file));
      }
    }
  }

  #value(setting: string): string | undefined {
    return this.values.get(foldKey(storeKey(this.name, setting)));
  }

  #whereItIs(setting: string, file: string): string {
    return (
      `${setting} goes into ${file}; now it stands in ${this.target.path} as ` + storeKey(this.name, setting)
    );
  }
}
