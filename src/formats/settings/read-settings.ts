import type { SettingsForm, SettingsReading } from "./settings-text.js";

/**
 * Reads settings as the application will. A file that is not UTF-8 has been refused before; so has half a
 * surrogate pair.
 */
export async function readSettings(form: SettingsForm, text: string): Promise<SettingsReading> {
  const offset = text.search(/[\uD800-\uDFFF]/u);
  if (offset >= 0)
    return { faults: [{ kind: "syntax", offset, reason: "half of a surrogate pair is no character" }] };
  const read = await reader(form);
  return read(text);
}

/** The form's own module, loaded when it is needed. */
async function reader(form: SettingsForm): Promise<(text: string) => SettingsReading> {
  switch (form) {
    case "ini":
      return (await import("./ini-settings.js")).readIniSettings;
    case "json":
      return (await import("./json-settings.js")).readJsonSettings;
    case "env":
      return (await import("./env-settings.js")).readEnvSettings;
    case "systemd":
      return (await import("./systemd-settings.js")).readSystemdSettings;
  }
}
