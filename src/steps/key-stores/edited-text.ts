import { cannotHold, formsThatHold } from "../../formats/settings/cannot-hold.js";
import { foldKey } from "../../formats/settings/fold-key.js";
import { formName } from "../../formats/settings/form-name.js";
import { readSettings } from "../../formats/settings/read-settings.js";
import type { Setting, SettingsEdit, SettingsForm, SettingsText } from "../../formats/settings/settings-text.js";
import type { AbsolutePath } from "../../host/path.js";
import { Problem, Problems } from "../../problem/problem.js";

/**
 * The text with the edit made, read once more: the application must find in it what is wanted, and all else as before. Throws
 * `settings-cannot-hold` for each value that the form has no way to write, and `settings-mismatch` rather than return a text that is not exactly
 * that. `path` undefined: a text that is printed.
 */
export async function editedText(settings: SettingsText, form: SettingsForm, edit: SettingsEdit, path?: AbsolutePath): Promise<string> {
  const refused = [...edit.set].flatMap(([key, value]) => refusal(form, key, value, path));
  if (refused.length > 0) throw new Problems(refused);
  const text = settings.edit(edit);
  const again = await readSettings(form, text);
  if ("faults" in again) throw mismatch("the application could not read it", path);
  if (!saysTheSame(again.settings, expected(settings.settings, edit))) throw mismatch("the application would read something else", path);
  return text;
}

function refusal(form: SettingsForm, key: string, value: string, path: AbsolutePath | undefined): readonly Problem[] {
  const reason = cannotHold(form, key, value);
  if (reason === undefined) return [];
  const others = formsThatHold(key, value);
  return [
    new Problem("settings-cannot-hold", `${formName(form)} cannot hold ${key}`, {
      ...(path !== undefined && { where: { path } }),
      detail: reason,
      hint: others.length > 0 ? `name a target of another form: ${others.map((other) => (other === "env" ? "env (Docker)" : other)).join(", ")}` : "no form can hold it: choose another name or value",
    }),
  ];
}

function expected(before: readonly Setting[], { set, remove }: SettingsEdit): ReadonlyMap<string, string> {
  const values = new Map(before.map(({ key, value }) => [foldKey(key), value]));
  for (const key of remove) values.delete(foldKey(key));
  for (const [key, value] of set) values.set(foldKey(key), value);
  return values;
}

function saysTheSame(settings: readonly Setting[], values: ReadonlyMap<string, string>): boolean {
  const found = new Map(settings.map(({ key, value }) => [foldKey(key), value]));
  return found.size === values.size && [...values].every(([key, value]) => found.get(key) === value);
}

/** A mistake of this program, found before it could do harm. */
function mismatch(detail: string, path: AbsolutePath | undefined): Problem {
  return new Problem("settings-mismatch", "the settings that were made are not the ones that are wanted", {
    ...(path !== undefined && { where: { path } }),
    detail,
    hint: "nothing was written; report this: it is a mistake of knetctl",
  });
}
