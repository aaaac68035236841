import { cannotHold, formsThatHold } from "../../formats/settings/read-settings.js";
import { formName, settingsForms, type SettingsForm } from "../../formats/settings/settings-text.js";
import { asAbsolutePath } from "../../host/path.js";
import { pathMistake } from "../checks/text.js";
import type { Finding } from "../finding.js";
import { entriesOf, entryOf, textOf, type Anchor, type Entry, type TreeNode } from "../reading/tree.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted, quotedName } from "../words/quote.js";
import { hasMisspelt } from "../words/suggest.js";
import { storeNameMistake } from "./check-names.js";
import { isSecretSlot } from "./key-store-types.js";
import { defaultTarget, fileOf, formByName, targetIn, targetOf } from "./amplia.js";

/**
 * The files that key stores are written to: each must be usable, and have the same form wherever it is named.
 */
export function checkTargets(root: TreeNode): readonly Finding[] {
  const seen = new Map<string, { readonly form: SettingsForm; readonly anchor: Anchor }>();
  return writtenTargets(root).flatMap(({ anchor, target: node }) => {
    const findings = node ? checkTarget(node) : [];
    const target = targetOf(node, root);
    if (target === undefined) return findings;
    const first = seen.get(target.path);
    if (first === undefined) seen.set(target.path, { form: target.form, anchor });
    return first === undefined || first.form === target.form
      ? findings
      : [...findings, twoForms(anchor, target.form, first)];
  });
}

/**
 * The files of all key stores, and of a default that is not one of them: that is written in Amplia's own
 * file.
 */
function writtenTargets(root: TreeNode): readonly { readonly anchor: Anchor; readonly target?: TreeNode }[] {
  const stores = entriesOf(root, "key_stores");
  const other = entryOf(root, "default_key_store");
  const outside = other && !stores.some(({ key }) => key === textOf(other.value)) ? [{ anchor: other }] : [];
  return [
    ...stores.map((store) => {
      const entry = entryOf(store.value, "target");
      return entry ? { anchor: entry, target: entry.value } : { anchor: store };
    }),
    ...outside,
  ];
}

function checkTarget(target: TreeNode): readonly Finding[] {
  const file = fileOf(target);
  const text = textOf(file);
  if (file === undefined || text === undefined || text === "") return [];
  const placeholder = placeholderFinding(text, file);
  if (placeholder) return [placeholder];
  const mistake =
    pathMistake(text) ??
    (text === "/" || asAbsolutePath(text) === undefined
      ? "write the whole path, such as /etc/amplia/appsettings.conf"
      : undefined);
  if (mistake !== undefined) return [invalid(file, text, mistake)];
  if (entryOf(target, "form") ?? formByName(text)) return [];
  return hasMisspelt(target, "form", ["file", "form"]) ? [] : [unknownForm(file, text)];
}

function invalid(anchor: Anchor, text: string, hint: string): Finding {
  return {
    code: "profile-path-invalid",
    title: "target is not an absolute path",
    anchor,
    detail: `found ${quoted(text)}; allowed: a path on the host, without . or .. parts`,
    hint,
  };
}

function unknownForm(anchor: Anchor, text: string): Finding {
  return {
    code: "profile-form-unknown",
    title: "cannot determine the form of the settings file from its name",
    anchor,
    detail: quoted(text),
    hint:
      `set target: { file: …, form: … } with one of ${settingsForms.join(", ")} (env is Docker's, ` +
      "systemd that of EnvironmentFile=)",
  };
}

function twoForms(
  anchor: Anchor,
  form: SettingsForm,
  first: { readonly form: SettingsForm; readonly anchor: Anchor },
): Finding {
  return {
    code: "profile-form-conflict",
    title: "one settings file has two forms",
    anchor,
    detail: `${form} here, ${first.form} there`,
    hint: "give the form that the file really has, in both places",
    first: first.anchor,
  };
}

/**
 * Names and texts that cannot be written in the form of their settings file: `render` and `plan` would refuse
 * them. Secrets are not looked at here; only those two read them.
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
        ? `choose another name, or a target in another form: ${others.join(", ")}`
        : "choose another name or value",
  };
}
