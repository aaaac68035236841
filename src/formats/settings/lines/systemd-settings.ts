import { environmentForm } from "./environment-lines.js";
import { lineSettings } from "./line-settings.js";
import { isVariableName, isTakenValue, systemdLines } from "./systemd-lines.js";
import type { SettingsReading } from "../settings-text.js";
import { variableCannotName, variableOf } from "./variable-key.js";

const systemd = environmentForm({ read: systemdLines, cannotHold: systemdCannotHold, written: systemdValue });

/** Reads settings in a file for systemd's `EnvironmentFile=`. */
export function readSystemdSettings(text: string): SettingsReading {
  return lineSettings(systemd, text);
}

/** Why systemd would not hand this setting on as it is; undefined when it does. */
export function systemdCannotHold(key: string, value: string): string | undefined {
  if (!isTakenValue(value))
    return "systemd drops a variable with a control character other than tab and line feed in its value";
  if (!isVariableName(variableOf(key)))
    return "systemd drops a variable whose name is not made of A-Z, a-z, 0-9 and _, or begins with a digit";
  return variableCannotName(key);
}

/**
 * As it is when nothing in it means something to systemd, else in quotes: double ones, or the kind that stood
 * there.
 */
function systemdValue(value: string, _: string, replaced: string): string {
  if (replaced.startsWith("'") && !value.includes("'")) return `'${value}'`;
  if (/^[\w./:@%+,=-]*$/.test(value) && !replaced.startsWith('"')) return value;
  return `"${value.replace(/["\\`$]/g, "\\$&")}"`;
}
