import { foldKey } from "../../formats/settings/fold-key.js";
import type { Setting } from "../../formats/settings/settings-text.js";
import type { Host } from "../../host/host.js";
import { asAbsolutePath, type AbsolutePath } from "../../host/path.js";
import { moduleName } from "../../host/archive/archive-contents.js";
import { registrationOf } from "../../host/installer/registration.js";
import { resolveLinks } from "../../host/installer/resolve-links.js";
import { Problem } from "../../problem/problem.js";
import { quotedName } from "../../profile/quote.js";
import { storesIn } from "./edit.js";
import { defaultStoreKey, storeKey } from "./setting-names.js";

/** A PKCS #11 key store as the application will read it. */
interface Pkcs11Settings {
  readonly name: string;
  readonly module: string;
  readonly serial: string | undefined;
  readonly label: string | undefined;
}

/** What is known of the host besides the file. */
export interface LintContext {
  readonly host: Host;
  readonly path: AbsolutePath;
  /** Names of the kNET users: the labels of their tokens. Empty: the profile does not say. */
  readonly users: readonly string[];
  /** Key stores of the profile: those have been checked together with it. */
  readonly checked: readonly string[];
  /** The run installs the kNET module: where it will be is not known yet. */
  readonly installsModule: boolean;
}

/** Warnings about key stores that would not work, or not as meant, by what the settings and this host say together. */
export function lintStores(settings: readonly Setting[], context: LintContext): readonly Problem[] {
  const values = new Map(settings.map(({ key, value }) => [foldKey(key), value]));
  const stores = pkcs11Stores(settings, values);
  return [
    ...stores.flatMap((store) => asFarAsSeen(() => moduleProblems(store, context))),
    ...stores.filter(({ name }) => !isChecked(name, context)).flatMap((store) => tokenProblems(store, context)),
    ...sameTokenProblems(stores, context),
    ...defaultProblems(settings, values, context),
  ];
}

function pkcs11Stores(settings: readonly Setting[], values: ReadonlyMap<string, string>): readonly Pkcs11Settings[] {
  return [...storesIn(settings).values()].flatMap(({ name }) => {
    const value = (setting: string): string | undefined => values.get(foldKey(storeKey(name, setting)));
    const module = value("Module");
    if (foldKey(value("Type") ?? "") !== foldKey("Pkcs11") || module === undefined) return [];
    return [{ name, module, serial: value("TokenSerialNumber"), label: value("TokenLabel") }];
  });
}

function moduleProblems({ name, module }: Pkcs11Settings, context: LintContext): readonly Problem[] {
  const { host, installsModule } = context;
  const isKnet = baseName(module) === moduleName;
  if (/\.dll$/i.test(module) || (isKnet && installsModule)) return [];
  if (!module.includes("/")) {
    // that of kNET has a step of its own
    if (isKnet || registrationOf(host.files(), module).state !== "missing") return [];
    return [warning("key-store-module-missing", `the dynamic loader does not find the module of key store ${quotedName(name)}`, context, { detail: module, hint: "install the token's software, run ldconfig, or give the module's whole path" })];
  }
  const file = asAbsolutePath(module);
  if (file === undefined || host.files().entry(file) === undefined) {
    return [warning("key-store-module-missing", `the module of key store ${quotedName(name)} is not there`, context, { detail: module, hint: "give the path of the installed module, or its bare name" })];
  }
  const registered = isKnet ? registrationOf(host.files(), moduleName, file) : undefined;
  if (registered?.state !== "other") return [];
  return [warning("key-store-module-other", `key store ${quotedName(name)} uses another kNET module than the installed one`, context, { detail: `${module}, while ${registered.path} is installed`, hint: `give the bare name ${moduleName}` })];
}

function tokenProblems({ name, module, label, serial }: Pkcs11Settings, context: LintContext): readonly Problem[] {
  const { users } = context;
  if (baseName(module) !== moduleName || users.length === 0) return [];
  if (label !== undefined && !users.includes(label)) {
    return [warning("key-store-token-unknown", `key store ${quotedName(name)} names a token that no kNET user has`, context, { detail: `its ${storeKey(name, "TokenLabel")} is none of ${users.map(quotedName).join(", ")}`, hint: "a token's label is its user's name: correct it, or add the user" })];
  }
  if (label !== undefined || serial !== undefined || users.length === 1) return [];
  return [warning("key-store-token-unchosen", `key store ${quotedName(name)} does not say which of the kNET users it means`, context, { hint: "give TokenLabel, which is the user's name" })];
}

/** Two stores on one token: one of them is most likely meant for another. */
function sameTokenProblems(stores: readonly Pkcs11Settings[], context: LintContext): readonly Problem[] {
  const seen = new Map<string, string>();
  return stores.flatMap((store) => {
    const token = JSON.stringify([resolvedModule(store.module, context), store.serial ?? null, store.label ?? null]);
    const first = seen.get(token);
    if (first === undefined) seen.set(token, store.name);
    if (first === undefined || (isChecked(store.name, context) && isChecked(first, context))) return [];
    return [warning("key-store-same-token", `key stores ${quotedName(first)} and ${quotedName(store.name)} are on the same token`, context, { hint: "remove one of them, or choose another token by TokenLabel or TokenSerialNumber" })];
  });
}

function defaultProblems(settings: readonly Setting[], values: ReadonlyMap<string, string>, context: LintContext): readonly Problem[] {
  const name = values.get(foldKey(defaultStoreKey));
  if (name === undefined || name === "" || storesIn(settings).has(foldKey(name))) return [];
  return [warning("key-store-default-unknown", "the default key store is none of those in the settings", context, { detail: quotedName(name), hint: "add it, or give another default_key_store; a store in the application's environment or database cannot be seen here" })];
}

function resolvedModule(module: string, { host }: LintContext): string {
  const file = asAbsolutePath(module);
  if (baseName(module) === moduleName) return moduleName;
  return file === undefined ? module : (asFarAsSeen(() => [resolveLinks(host.files(), file) ?? module])[0] ?? module);
}

/** What cannot be walked to cannot be judged: a warning less, and no reason to stop. */
function asFarAsSeen<T>(look: () => readonly T[]): readonly T[] {
  try {
    return look();
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

function baseName(module: string): string {
  return module.slice(module.lastIndexOf("/") + 1);
}

function isChecked(name: string, { checked }: LintContext): boolean {
  return checked.some((one) => foldKey(one) === foldKey(name));
}

function warning(code: Problem["code"], title: string, { path }: LintContext, { detail, hint }: { readonly detail?: string; readonly hint: string }): Problem {
  return new Problem(code, title, { severity: "warning", where: { path }, ...(detail !== undefined && { detail }), hint });
}
