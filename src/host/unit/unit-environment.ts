import type { Problem, Where } from "../../problem/problem.js";
import type { Host } from "../host.js";
import { environmentFileVariables } from "./environment-files.js";
import type { UnitFiles } from "./unit-files.js";
import type { UnitSettings } from "./unit-settings.js";

/** A variable that the unit gives to its processes. */
export interface UnitVariable {
  readonly name: string;
  /** May be a secret: never to be shown. */
  readonly value: string;
  /** What sets it, as its readers know it: `Environment=`, `EnvironmentFile=`. */
  readonly from: "Environment=" | "EnvironmentFile=";
  /** Where it is set; undefined if that was not found. */
  readonly where: Where | undefined;
}

export interface UnitEnvironment {
  /**
   * By name: of several with one name, the one that counts. Without those that the service manager sets by
   * itself (HOME, USER), and those of PassEnvironment=, whose values it alone knows.
   */
  readonly variables: ReadonlyMap<string, UnitVariable>;
  /** Files of EnvironmentFile= that could not be read: more variables may be set there. */
  readonly unread: readonly Problem[];
  /** Files of EnvironmentFile= without which the unit cannot start, and that are not there. */
  readonly missing: readonly string[];
}

/**
 * The environment that the unit's settings and files make, by systemd's rules: files come after Environment=,
 * later ones after earlier ones, and UnsetEnvironment= after all (systemd.exec(5)). `owners`: whose folders
 * are trusted besides root's.
 */
export function unitEnvironment(
  host: Pick<Host, "files">,
  settings: UnitSettings,
  placed: UnitFiles,
  owners: readonly number[] = [],
): UnitEnvironment {
  const ofFiles = environmentFileVariables(host.files(...owners), settings.environmentFiles);
  const variables = new Map<string, UnitVariable>();
  for (const [name, value] of settings.environment)
    variables.set(name, { name, value, from: "Environment=", where: placed.whereIsVariable(name) });
  for (const { name, value, where } of ofFiles.variables)
    variables.set(name, { name, value, from: "EnvironmentFile=", where });
  for (const unset of settings.unsetEnvironment) {
    const [name = "", ...value] = unset.split("=");
    if (value.length === 0 || variables.get(name)?.value === value.join("=")) variables.delete(name);
  }
  return { variables, unread: ofFiles.unread, missing: ofFiles.missing };
}
