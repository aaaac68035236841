import { foldKey } from "../../../formats/settings/settings-text.js";
import { clientModule, isClientModule } from "../../../vendor/client.js";
import type { Problem } from "../../../problem/problem.js";
import { quotedName } from "../../../profile/words/quote.js";
import { typeNames } from "../../../profile/key-stores/key-store-types.js";
import { nearest } from "../../../profile/words/suggest.js";
import { storesIn, type StoreInSettings } from "../stores-edit.js";
import { warning, type LintContext, type LintedSetting } from "./lint-context.js";
import { LookedModules } from "./looked-modules.js";
import { isKnownType, storeKey } from "../setting-names.js";

/** By folded key. */
type Values = ReadonlyMap<string, LintedSetting>;

/** A PKCS #11 key store as the application will read it. */
interface Pkcs11Settings {
  readonly name: string;
  readonly module: string;
  /** Where the module is named. */
  readonly at: LintedSetting;
  readonly serial: string | undefined;
  readonly label: string | undefined;
}

/**
 * Warnings about key stores that would not work, or not as meant, judging by the settings and this host
 * together.
 */
export function lintStores(settings: readonly LintedSetting[], context: LintContext): readonly Problem[] {
  const values: Values = new Map(settings.map((setting) => [foldKey(setting.key), setting]));
  const stores = pkcs11Stores(settings, values);
  const modules = new LookedModules(context.host);
  return [
    ...[...storesIn(settings).values()]
      .filter(({ name }) => !isChecked(name, context))
      .flatMap((store) => typeProblems(store, values, context)),
    ...stores.flatMap((store) => moduleProblems(store, context, modules)),
    ...stores
      .filter(({ name }) => !isChecked(name, context))
      .flatMap((store) => tokenProblems(store, context)),
    ...sameTokenProblems(stores, context, modules),
  ];
}

function pkcs11Stores(settings: readonly LintedSetting[], values: Values): readonly Pkcs11Settings[] {
  return [...storesIn(settings).values()].flatMap(({ name }) => {
    const setting = (one: string): LintedSetting | undefined => values.get(foldKey(storeKey(name, one)));
    const at = setting("Module");
    if (foldKey(setting("Type")?.value ?? "") !== foldKey("Pkcs11") || at === undefined) return [];
    return [
      {
        name,
        module: at.value,
        at,
        serial: setting("TokenSerialNumber")?.value,
        label: setting("TokenLabel")?.value,
      },
    ];
  });
}

/**
 * A store without a type, or with one that the application does not have. The value is not shown: it may be a
 * PIN on the wrong line.
 */
function typeProblems(
  { name, settings }: StoreInSettings,
  values: Values,
  context: LintContext,
): readonly Problem[] {
  const type = values.get(foldKey(storeKey(name, "Type")));
  if (type === undefined) {
    const at = values.get(foldKey(storeKey(name, settings[0] ?? "")));
    return [
      warning("key-store-type-unknown", `key store ${quotedName(name)} has no Type`, context, at, {
        hint: `add it: ${typeNames.join(", ")}`,
      }),
    ];
  }
  if (/^(capi|cng)$/i.test(type.value)) {
    return [
      warning(
        "key-store-type-unknown",
        `key store ${quotedName(name)} is of a type that exists only on Windows`,
        context,
        type,
        { hint: "on Linux use Pkcs11, or the type of the HSM" },
      ),
    ];
  }
  if (isKnownType(type.value)) return [];
  const near = nearest(type.value, typeNames);
  return [
    warning("key-store-type-unknown", `key store ${quotedName(name)} is of an unknown type`, context, type, {
      hint: near === undefined ? `known types are ${typeNames.join(", ")}` : `did you mean ${near}?`,
    }),
  ];
}

function moduleProblems(
  { name, module, at }: Pkcs11Settings,
  context: LintContext,
  modules: LookedModules,
): readonly Problem[] {
  if (/\.dll$/i.test(module)) return isChecked(name, context) ? [] : [windowsModule(name, at, context)];
  // what this run installs, wherever the store looks for it
  if (module.slice(module.lastIndexOf("/") + 1) === clientModule && context.installsModule) return [];
  const look = modules.look(module);
  switch (look.state) {
    case "fine":
      return [];
    case "not-found":
      return [
        warning(
          "key-store-module-missing",
          `the dynamic loader does not find the module of key store ${quotedName(name)}`,
          context,
          at,
          {
            detail: module,
            hint: "install the token's software, run ldconfig, or give the module's full path",
          },
        ),
      ];
    case "no-file":
      return [
        warning(
          "key-store-module-missing",
          `the module of key store ${quotedName(name)} does not exist`,
          context,
          at,
          { detail: module, hint: "give the path of the installed module, or its bare name" },
        ),
      ];
    case "other":
      return [
        warning(
          "key-store-module-other",
          `key store ${quotedName(name)} uses a kNET module other than the installed one`,
          context,
          at,
          {
            detail: `${module}, while ${look.installed} is installed`,
            hint: `give the bare name ${clientModule}`,
          },
        ),
      ];
  }
}

function windowsModule(name: string, at: LintedSetting, context: LintContext): Problem {
  return warning(
    "key-store-module-windows",
    `the module of key store ${quotedName(name)} is a library for Windows`,
    context,
    at,
    { hint: "on Linux its name ends in .so; SafeNet's eTPKCS11.dll is libeTPkcs11.so" },
  );
}

function tokenProblems(
  { name, module, at, label, serial }: Pkcs11Settings,
  context: LintContext,
): readonly Problem[] {
  const { users } = context;
  if (!isClientModule(module) || users.length === 0) return [];
  if (label !== undefined && !users.includes(label)) {
    return [
      warning(
        "key-store-token-unknown",
        `key store ${quotedName(name)} names a token that does not belong to any kNET user`,
        context,
        at,
        {
          detail: `its ${storeKey(name, "TokenLabel")} is not one of ${users.map(quotedName).join(", ")}`,
          hint: "a token's label is its user's name: correct the label, or add the user",
        },
      ),
    ];
  }
  if (label !== undefined || serial !== undefined || users.length === 1) return [];
  return [
    warning(
      "key-store-token-unchosen",
      `key store ${quotedName(name)} does not say which of the kNET users it means`,
      context,
      at,
      { hint: "give TokenLabel: the user's name" },
    ),
  ];
}

/** Two stores on one token: one of them is probably meant for another. */
function sameTokenProblems(
  stores: readonly Pkcs11Settings[],
  context: LintContext,
  modules: LookedModules,
): readonly Problem[] {
  const seen = new Map<string, string>();
  return stores.flatMap((store) => {
    const token = JSON.stringify([modules.identity(store.module), store.serial ?? null, store.label ?? null]);
    const first = seen.get(token);
    if (first === undefined) seen.set(token, store.name);
    if (first === undefined || (isChecked(store.name, context) && isChecked(first, context))) return [];
    return [
      warning(
        "key-store-same-token",
        `key stores ${quotedName(first)} and ${quotedName(store.name)} use the same token`,
        context,
        store.at,
        { hint: "remove one of them, or choose another token by TokenLabel or TokenSerialNumber" },
      ),
    ];
  });
}

function isChecked(name: string, { checked }: LintContext): boolean {
  return checked.some((one) => foldKey(one) === foldKey(name));
}
