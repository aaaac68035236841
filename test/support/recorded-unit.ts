import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseUnitSettings, type UnitSettings } from "../../src/host/unit/unit-settings.js";

const folder = join(import.meta.dirname, "../fixtures/unit-settings");

/**
 * What systemd 252 said of a unit: `application`, which has nearly everything, `plain`, which has nothing,
 * `dynamic`, with a dynamic user, and `missing`.
 */
export function recorded(name: "application" | "plain" | "dynamic" | "missing"): string {
  return readFileSync(join(folder, `${name}.txt`), "utf8");
}

/** The unit's own file and the drop-in of `application`, where they were. */
export function recordedFiles(): Readonly<Record<string, string>> {
  return {
    "/etc/systemd/system/app.service": readFileSync(join(folder, "files/app.service"), "utf8"),
    "/etc/systemd/system/app.service.d/50-walls.conf": readFileSync(
      join(folder, "files/50-walls.conf"),
      "utf8",
    ),
  };
}

export function recordedUnit(name: "application" | "plain" | "dynamic"): UnitSettings {
  return loadedUnit(recorded(name));
}

/** A plain unit of which the service manager also says this. */
export function unitWith(properties: Readonly<Record<string, string>>): UnitSettings {
  const others = recorded("plain")
    .split("\n")
    .filter((line) => !Object.keys(properties).some((name) => line.startsWith(`${name}=`)));
  const more = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  return loadedUnit([...others, ...more].join("\n"));
}

function loadedUnit(text: string): UnitSettings {
  const settings = parseUnitSettings("app.service", text);
  if (settings === undefined) throw new Error("the unit is not loaded");
  return settings;
}
