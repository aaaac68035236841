import { foldKey } from "../../../formats/settings/settings-text.js";
import type { Problem } from "../../../problem/problem.js";
import { builtInStores } from "../../../profile/key-stores/check-names.js";
import { quotedName } from "../../../profile/words/quote.js";
import { databaseStoreKey, defaultStoreKey } from "../setting-names.js";
import { storesIn } from "../stores-edit.js";
import { type LintContext, type LintedSetting, warning } from "./lint-context.js";

/** Whether the application would find its default key store, judging by the settings; a warning if not. */
export function lintDefaultStore(
  settings: readonly LintedSetting[],
  context: LintContext,
): readonly Problem[] {
  const at = lastOf(settings, defaultStoreKey);
  if (at === undefined || at.value === "" || storesIn(settings).has(foldKey(at.value))) return [];
  if (isNamed(at.value, "Database") && !isNamed(lastOf(settings, databaseStoreKey)?.value, "True")) {
    return [
      warning(
        "key-store-default-unknown",
        "the default key store is the database, which these settings do not enable",
        context,
        at,
        { hint: `set ${databaseStoreKey} to True, unless the application's environment does` },
      ),
    ];
  }
  if (builtInStores.some((name) => isNamed(at.value, name))) return [];
  return [
    warning("key-store-default-unknown", "the default key store is not in the settings", context, at, {
      detail: quotedName(at.value),
      hint:
        "add it, or give another default_key_store; key stores in the application's environment are " +
        "not visible here",
    }),
  ];
}

/** The setting that counts, if a key is there twice. */
function lastOf(settings: readonly LintedSetting[], key: string): LintedSetting | undefined {
  return settings.findLast((setting) => foldKey(setting.key) === foldKey(key));
}

function isNamed(value: string | undefined, name: string): boolean {
  return value !== undefined && foldKey(value) === foldKey(name);
}
