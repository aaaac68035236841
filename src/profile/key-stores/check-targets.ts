import { settingsForms, type SettingsForm } from "../../formats/settings/settings-text.js";
import { hasMisspelt } from "../words/suggest.js";
import type { Finding } from "../finding.js";
import { pathMistake } from "../checks/text.js";
import { placeholderFinding } from "../words/placeholder.js";
import { quoted } from "../words/quote.js";
import { asAbsolutePath } from "../../host/path.js";
import { entriesOf, entryOf, textOf, type Anchor, type TreeNode } from "../reading/tree.js";
import { fileOf, formByName, targetOf } from "./target.js";

/** The files that key stores are written to: each usable, and with one form wherever it is named. */
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

/** Of each key store, and of a default one that is none of them: that is said in Amplia's own file. */
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
    title: "form of the settings file cannot be told from its name",
    anchor,
    detail: quoted(text),
    hint:
      `give target: { file: …, form: … } with one of ${settingsForms.join(", ")} (env is Docker's, ` +
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
    title: "one settings file is given two forms",
    anchor,
    detail: `${form} here, ${first.form} there`,
    hint: "give the file the form that it has, in both places",
    first: first.anchor,
  };
}
