import { cannotHold, formsThatHold } from "../../formats/settings/read-settings.js";
import { formName } from "../../formats/settings/settings-text.js";
import type { SettingsForm } from "../../formats/settings/settings-text.js";
import type { Finding } from "../finding.js";
import { type Anchor, entriesOf, type Entry, entryOf, textOf, type TreeNode } from "../reading/tree.js";
import { quotedName } from "../words/quote.js";
import { storeNameMistake } from "./check-store-names.js";
import { isSecretSlot } from "./store-types.js";
import { defaultTarget, targetIn } from "./target.js";

/**
 * Names and texts that the form of their settings file has no way to write: what `render` and `plan` would
 * refuse. Secrets are read by those alone.
 */
export function checkForms(root: TreeNode): readonly Finding[] {
  const stores = entriesOf(root, "key_stores");
  return [...stores.flatMap((store) => checkStore(store, root)), ...checkDefault(stores, root)];
}

function checkStore(store: Entry, root: TreeNode): readonly Finding[] {
  const form = targetIn(store.value, root)?.form;
  if (form === undefined || storeNameMistake(store.key) !== undefined) return [];
  const name = `KeyStores:${store.key}:Type`;
  const reason = cannotHold(form, name, "");
  if (reason !== undefined)
    return [finding(store, `key store ${quotedName(store.key)}`, form, reason, formsThatHold(name, ""))];
  const entries =
    store.value.kind === "map"
      ? [...store.value.entries.values()].filter(({ key }) => key !== "target" && !isSecretSlot(key))
      : [];
  return entries.flatMap(({ key, value }) =>
    checkText(value, `${key} of key store ${quotedName(store.key)}`, name, form),
  );
}

function checkDefault(stores: readonly Entry[], root: TreeNode): readonly Finding[] {
  const node = entryOf(root, "default_key_store")?.value;
  const own = stores.find(({ key }) => key === textOf(node));
  const form = own === undefined ? defaultTarget(root).form : targetIn(own.value, root)?.form;
  return form === undefined || node === undefined
    ? []
    : checkText(node, "default_key_store", "Amplia:DefaultKeyStore", form);
}

function checkText(node: TreeNode, what: string, key: string, form: SettingsForm): readonly Finding[] {
  const text = textOf(node) ?? "";
  const reason = cannotHold(form, key, text);
  return reason === undefined ? [] : [finding(node, what, form, reason, formsThatHold(key, text))];
}

function finding(
  anchor: Anchor,
  what: string,
  form: SettingsForm,
  reason: string,
  others: readonly SettingsForm[],
): Finding {
  return {
    code: "settings-cannot-hold",
    title: `${formName(form)} cannot hold ${what}`,
    anchor,
    detail: reason,
    hint:
      others.length > 0
        ? `choose another name, or a target of another form: ${others.join(", ")}`
        : "choose another name or value",
  };
}
