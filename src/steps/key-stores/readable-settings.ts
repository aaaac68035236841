import { readSettings } from "../../formats/settings/read-settings.js";
import { formName } from "../../formats/settings/settings-text.js";
import type { SettingsFault, SettingsForm, SettingsText } from "../../formats/settings/settings-text.js";
import { positionAt, positionsIn, type TextPosition } from "../../formats/text/text-position.js";
import { looksLikeUtf16, utf8Prefix, utf8Text } from "../../formats/text/utf8.js";
import type { AbsolutePath } from "../../host/path.js";
import { Problem, Problems } from "../../problem/problem.js";
import { quotedName } from "../../profile/words/quote.js";

const shownFaults = 20;

/** The text in a settings file's bytes. Throws a Problem with line and column for what is not UTF-8. */
export function decodedSettings(bytes: Uint8Array, path: AbsolutePath): string {
  const text = utf8Text(bytes);
  if (text !== undefined) return text;
  const start = utf8Prefix(bytes).text;
  throw new Problem("settings-not-utf8", "the settings are not UTF-8 text", {
    where: { path, ...positionAt(start, start.length) },
    hint: looksLikeUtf16(bytes) ? "the file looks like UTF-16; save it as UTF-8" : "save the file as UTF-8",
  });
}

/**
 * What the application reads in the text. Throws Problems with lines and columns for what it would refuse;
 * only names of keys are quoted from the file.
 */
export async function readableSettings(
  text: string,
  path: AbsolutePath,
  form: SettingsForm,
): Promise<SettingsText> {
  const settings = await readSettings(form, text);
  if ("faults" in settings) throw new Problems(faultProblems(settings.faults, text, path, form));
  return settings;
}

function faultProblems(
  faults: readonly SettingsFault[],
  text: string,
  path: AbsolutePath,
  form: SettingsForm,
): readonly Problem[] {
  const position = positionsIn(text);
  return faults.slice(0, shownFaults).map((fault) => faultProblem(fault, position, path, form));
}

function faultProblem(
  { kind, offset, reason, key }: SettingsFault,
  position: (offset: number) => TextPosition,
  path: AbsolutePath,
  form: SettingsForm,
): Problem {
  const where = { path, ...position(offset) };
  const shown = key === undefined ? reason : `${quotedName(key)}: ${reason}`;
  switch (kind) {
    case "syntax":
      return new Problem("settings-syntax", `the settings cannot be read as ${formName(form)}`, {
        where,
        detail: shown,
        hint: "correct the line: the application cannot read the file either",
      });
    case "duplicate-key":
      return new Problem("settings-duplicate-key", "a setting occurs twice in the file", {
        where,
        detail: shown,
        hint: "remove one of the two: the application refuses the file",
      });
    case "size":
      return new Problem("settings-too-large", "there are more settings than knetctl reads", {
        where,
        detail: shown,
        hint: "name another file as the key store's target, or find out where this one comes from",
      });
    case "ambiguous":
      return new Problem("settings-ambiguous", "cannot determine which setting applies", {
        where,
        detail: shown,
        hint: "keep one of them, then run again",
      });
  }
}
