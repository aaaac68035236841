import {
  foldKey,
  formName,
  type Setting,
  type SettingsEdit,
  type SettingsForm,
  type SettingsText,
} from "../../formats/settings/settings-text.js";
import { cannotHold, formsThatHold, readSettings } from "../../formats/settings/read-settings.js";
import type { AbsolutePath } from "../../host/path.js";
import { thisProgram } from "../../problem/internal-error.js";
import { Problem, Problems } from "../../problem/problem.js";

/**
 * The text with the edit made, then read again: the application must find in it what is wanted, and
 * everything else as before. Throws `settings-cannot-hold` for each value that cannot be written in this
 * form, and `settings-mismatch` rather than return anything else. `path` undefined: a text that is printed.
 */
export async function editedText(
  settings: SettingsText,
  form: SettingsForm,
  edit: SettingsEdit,
  path?: AbsolutePath,
): Promise<string> {
  const refused = [...edit.set].flatMap(([key, value]) => refusal(form, key, value, path));
  if (refused.length > 0) throw new Problems(refused);
  const text = settings.edit(edit);
  const again = await readSettings(form, text);
  if ("faults" in again)
    throw again.faults[0].kind === "size"
      ? tooLarge(path)
      : mismatch("the application could not read the new settings", path);
  if (!isEdited(again.settings, settings.settings, edit))
    throw mismatch("the application would read something else", path);
  return text;
}

function refusal(
  form: SettingsForm,
  key: string,
  value: string,
  path: AbsolutePath | undefined,
): readonly Problem[] {
  const reason = cannotHold(form, key, value);
  if (reason === undefined) return [];
  const others = formsThatHold(key, value);
  return [
    new Problem("settings-cannot-hold", `${formName(form)} cannot hold ${key}`, {
      ...(path !== undefined && { where: { path } }),
      detail: reason,
      hint:
        others.length > 0
          ? "name a target in another form: " +
            others.map((other) => (other === "env" ? "env (Docker)" : other)).join(", ")
          : "no form can hold it: choose another name or value",
    }),
  ];
}

/**
 * Whether what is wanted is there, and every other setting is as it was. An edit keeps their order, so that
 * one pass is enough.
 */
function isEdited(
  after: readonly Setting[],
  before: readonly Setting[],
  { set, remove }: SettingsEdit,
): boolean {
  const wanted = new Map([...set].map(([key, value]) => [foldKey(key), value]));
  const touched = new Set([...wanted.keys(), ...[...remove].map(foldKey)]);
  const isTouched = ({ key }: Setting): boolean => touched.has(foldKey(key));
  const [made, kept] = [after.filter(isTouched), after.filter((one) => !isTouched(one))];
  const was = before.filter((one) => !isTouched(one));
  if (made.length !== wanted.size || !made.every(({ key, value }) => wanted.get(foldKey(key)) === value))
    return false;
  return kept.length === was.length && kept.every((one, index) => isSame(one, was[index]));
}

function isSame(one: Setting, other: Setting | undefined): boolean {
  return one.key === other?.key && one.value === other.value;
}

function tooLarge(path: AbsolutePath | undefined): Problem {
  return new Problem("settings-too-large", "there would be more settings than knetctl reads", {
    ...(path !== undefined && { where: { path } }),
    hint: "name another file as the key store's target, or find out where this one comes from",
  });
}

/** An internal error, found before it could do harm. */
function mismatch(detail: string, path: AbsolutePath | undefined): Problem {
  return new Problem(
    "settings-mismatch",
    `internal error in ${thisProgram}: the new settings are not the ones that are wanted`,
    {
      ...(path !== undefined && { where: { path } }),
      detail,
      hint: "nothing was written; please report this",
    },
  );
}
