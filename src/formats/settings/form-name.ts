import type { SettingsForm } from "./settings-text.js";

const names: Readonly<Record<SettingsForm, string>> = {
  ini: "an ini file",
  json: "JSON",
  env: "an environment file of Docker",
  systemd: "an environment file of systemd",
};

/** What a form is called in a sentence. */
export function formName(form: SettingsForm): string {
  return names[form];
}
