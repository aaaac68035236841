import { envCannotHold } from "./lines/env-settings.js";
import { iniCannotHold } from "./lines/ini-settings.js";
import { jsonCannotHold } from "./json/json-settings.js";
import type { SettingsForm, SettingsReading } from "./settings-text.js";
import { noFormHolds, settingsForms } from "./settings-text.js";
import { systemdCannotHold } from "./lines/systemd-settings.js";

/**
 * Reads settings as the application will. A file that is not UTF-8 has already been refused, and so has half
 * of a surrogate pair.
 */
export async function readSettings(form: SettingsForm, text: string): Promise<SettingsReading> {
  const offset = text.search(/[\uD800-\uDFFF]/u);
  if (offset >= 0)
    return { faults: [{ kind: "syntax", offset, reason: "half of a surrogate pair is not a character" }] };
  const read = await reader(form);
  return read(text);
}

/** The form's module, loaded when it is needed. */
async function reader(form: SettingsForm): Promise<(text: string) => SettingsReading> {
  switch (form) {
    case "ini":
      return (await import("./lines/ini-settings.js")).readIniSettings;
    case "json":
      return (await import("./json/json-settings.js")).readJsonSettings;
    case "env":
      return (await import("./lines/env-settings.js")).readEnvSettings;
    case "systemd":
      return (await import("./lines/systemd-settings.js")).readSystemdSettings;
  }
}

const ofForm: Readonly<Record<SettingsForm, (key: string, value: string) => string | undefined>> = {
  ini: iniCannotHold,
  json: jsonCannotHold,
  env: envCannotHold,
  systemd: systemdCannotHold,
};

/**
 * Why the form cannot hold the value under the key so that the application reads both as they are, in words
 * that quote neither; undefined if it can.
 */
export function cannotHold(form: SettingsForm, key: string, value: string): string | undefined {
  return noFormHolds(key, value) ?? ofForm[form](key, value);
}

/** The forms that can hold it. */
export function formsThatHold(key: string, value: string): SettingsForm[] {
  return settingsForms.filter((form) => cannotHold(form, key, value) === undefined);
}
