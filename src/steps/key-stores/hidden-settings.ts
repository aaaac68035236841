import { foldKey } from "../../formats/settings/settings-text.js";
import type { LoadedUnit } from "../../host/unit/loaded-unit.js";
import { sourceText } from "../../host/unit/unit-environment.js";
import { Problem } from "../../problem/problem.js";
import type { SettingsTarget } from "../../profile/types.js";
import type { StepInput } from "../../workflow/step.js";
import type { ObservedFile } from "./observe.js";
import { defaultStoreKey, knownNames } from "./setting-names.js";
import { settingsOfUnit, type UnitSetting } from "./unit-settings.js";
import type { WantedFile } from "./wanted.js";

interface FileOfSettings {
  readonly wanted: WantedFile;
  readonly observed: ObservedFile;
}

/**
 * Settings in these files that the application never sees, since its unit's environment or arguments hold
 * them too, and count before every file. An error for those of the profile's key stores and default; a
 * warning for others that are in the files. Values are not shown.
 */
export function hiddenSettings(unit: LoadedUnit, files: readonly FileOfSettings[]): readonly Problem[] {
  const told = new Set<string>();
  return settingsOfUnit(unit).flatMap((setting) => {
    const hidden = files.find((file) => hides(setting, file.wanted) && !isFile(setting, file.wanted.target));
    const inFile = files.find(
      ({ wanted, observed }) => holds(observed, setting) && !isFile(setting, wanted.target),
    );
    const file = hidden ?? inFile;
    const place = JSON.stringify([foldKey(setting.key), setting.where]);
    if (file === undefined || told.has(place)) return [];
    told.add(place);
    return [hiddenProblem(setting, unit.settings.unit, file.wanted.target, hidden !== undefined)];
  });
}

/**
 * The same for the unit of the plan, where there is one. A service manager that does not answer is reported
 * by the steps that cannot do without it.
 */
export async function hiddenByUnit(
  { unit: ask }: StepInput,
  files: readonly FileOfSettings[],
): Promise<readonly Problem[]> {
  try {
    const unit = await ask?.();
    return unit === undefined ? [] : hiddenSettings(unit, files);
  } catch (error) {
    if (error instanceof Problem && error.code === "service-state-unknown") return [];
    throw error;
  }
}

/** Whether the profile says something of it: of its key store, or of the default one. */
function hides({ key }: UnitSetting, { stores, defaultKeyStore }: WantedFile): boolean {
  if (foldKey(key) === foldKey(defaultStoreKey))
    return defaultKeyStore !== "untouched" && defaultKeyStore.name !== undefined;
  const [, store = ""] = key.split(":");
  return stores.some(({ name }) => foldKey(name) === foldKey(store));
}

/** A file for systemd is itself what the variable comes from. */
function isFile({ where, from }: UnitSetting, { path }: SettingsTarget): boolean {
  return from === "EnvironmentFile=" && where?.path === path;
}

function holds({ settings: { settings } }: ObservedFile, { key }: UnitSetting): boolean {
  return settings.some((setting) => foldKey(setting.key) === foldKey(key));
}

function hiddenProblem(
  setting: UnitSetting,
  unit: string,
  { path }: SettingsTarget,
  isOurs: boolean,
): Problem {
  const { from, where } = setting;
  const name = shownName(setting);
  const what = from === "ExecStart=" ? "argument" : "variable";
  return new Problem("service-setting-hidden", `the ${what} ${name} of ${unit} overrides the settings`, {
    severity: isOurs ? "error" : "warning",
    ...(where && { where }),
    detail:
      `${sourceText(from)}${where === undefined ? "" : ", at this line,"} takes precedence over ${path}; ` +
      "its value is not shown",
    hint:
      from === "systemctl show-environment"
        ? `remove the ${what} there (systemctl unset-environment, or DefaultEnvironment= in system.conf)`
        : `remove the ${what} there, then: systemctl daemon-reload`,
  });
}

/** As it is written there, as far as it consists of names that cannot hold a value. */
function shownName({ key, from }: UnitSetting): string {
  const [section = "", store = "", name] = key.split(":");
  const isKnown = name !== undefined && knownNames.some((known) => foldKey(known) === foldKey(name));
  const shown = [section, store, ...(name === undefined ? [] : [isKnown ? name : "…"])];
  return from === "ExecStart=" ? `--${shown.join(":")}` : shown.join("__");
}
