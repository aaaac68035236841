import { envCannotHold } from "./env-settings.js";
import { iniCannotHold } from "./ini-cannot-hold.js";
import { jsonCannotHold } from "./json-cannot-hold.js";
import { noFormHolds } from "./no-form-holds.js";
import { settingsForms } from "./settings-text.js";
import type { SettingsForm } from "./settings-text.js";
import { systemdCannotHold } from "./systemd-settings.js";

const ofForm: Readonly<Record<SettingsForm, (key: string, value: string) => string | undefined>> = {
  ini: iniCannotHold,
  json: jsonCannotHold,
  env: envCannotHold,
  systemd: systemdCannotHold,
};

/**
 * Why the form cannot hold the value under the key so that the application reads both as they are, in words
 * that quote neither; undefined when it can.
 */
export function cannotHold(form: SettingsForm, key: string, value: string): string | undefined {
  return noFormHolds(key, value) ?? ofForm[form](key, value);
}

/** The forms that can hold it. */
export function formsThatHold(key: string, value: string): SettingsForm[] {
  return settingsForms.filter((form) => cannotHold(form, key, value) === undefined);
}
