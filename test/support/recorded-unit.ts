import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unitWords } from "../../src/formats/systemd/unit-words.js";
import type { Host } from "../../src/host/host.js";
import type { LoadedUnit } from "../../src/host/unit/loaded-unit.js";
import { unitEnvironment } from "../../src/host/unit/unit-environment.js";
import { noDefaults } from "../../src/host/unit/manager-defaults.js";
import { UnitFiles } from "../../src/host/unit/unit-files.js";
import { unitProcess } from "../../src/host/unit/unit-process.js";
import { parseUnitState } from "../../src/host/service/unit-state.js";
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

export const unitFile = "/etc/systemd/system/app.service";

/**
 * The unit `app.service` as it is loaded on this host: a plain one with these lines in [Service], without
 * quotes, of which its own file has the same. An EnvironmentFile= is not left out if it is missing.
 */
export async function loaded(host: Host, lines: string): Promise<LoadedUnit> {
  const properties = lines.split("\n").flatMap((line) => {
    const [, name, value = ""] = /^(\w+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [shown(name, value)];
  });
  const settings = unitWith({ FragmentPath: unitFile, ...Object.fromEntries(properties) });
  const state = parseUnitState(recorded("plain"));
  if (state === undefined) throw new Error("the unit has no state");
  const placed = new UnitFiles(host, settings);
  const environment = unitEnvironment(host, settings, placed);
  const process = unitProcess(host, settings, environment);
  return { state, settings, manager: noDefaults, placed, environment, process };
}

function shown(name: string, value: string): readonly [string, string] {
  if (name === "EnvironmentFile") return ["EnvironmentFiles", `${value} (ignore_errors=no)`];
  if (name !== "ExecStart") return [name, value];
  const words = unitWords(value).map(({ text }) => text);
  return [
    "ExecStartEx",
    `{ path=${words[0] ?? ""} ; argv[]=${words.join(" ")} ; flags= ; start_time=[n/a] ; stop_time=[n/a] }`,
  ];
}

function loadedUnit(text: string): UnitSettings {
  const settings = parseUnitSettings("app.service", text);
  if (settings === undefined) throw new Error("the unit is not loaded");
  return settings;
}
