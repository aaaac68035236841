import { readFileSync } from "node:fs";
import { shownWords } from "../../formats/systemd/shown-words.js";
import type { Host } from "../host.js";
import { systemctl } from "../service/systemctl.js";
import { assignment, limitNames, limitsIn, shownProperties, type UnitLimit } from "./unit-settings.js";

/** What the service manager gives to each service that does not say otherwise. */
export interface ManagerDefaults {
  /** DefaultLimit…=, by the part of its name after `Limit`; one that it does not tell is not there. */
  readonly limits: ReadonlyMap<string, UnitLimit>;
  /** `systemctl show-environment`, DefaultEnvironment= included. The values may be secrets. */
  readonly environment: ReadonlyMap<string, string>;
  /**
   * Its own variables, which PassEnvironment= hands on, as they were at its start; only root is told them.
   * Without those of ManagerEnvironment= (systemd-system.conf(5)), which it tells nobody.
   */
  readonly own: ReadonlyMap<string, string>;
}

export const noDefaults: ManagerDefaults = { limits: new Map(), environment: new Map(), own: new Map() };

const askMs = 10_000;
const properties = ["Environment", ...limitNames.flatMap((name) => [name, `${name}Soft`]).map(ofManager)];

function ofManager(name: string): string {
  return `DefaultLimit${name}`;
}

/** Asks the service manager, which needs no permission; nothing is told where it does not answer in time. */
export async function managerDefaults(host: Pick<Host, "commands" | "root">): Promise<ManagerDefaults> {
  const { stdout } = await systemctl(host, "show", undefined, {
    timeoutMs: askMs,
    options: [`--property=${properties.join(",")}`],
  });
  const shown = shownProperties(stdout);
  const one = (name: string): string => shown.get(name)?.[0] ?? "";
  return {
    limits: limitsIn(one, "DefaultLimit"),
    environment: new Map(shownWords(one("Environment")).map(assignment)),
    own: new Map(ownVariables().map(assignment)),
  };
}

function ownVariables(): readonly string[] {
  try {
    return readFileSync("/proc/1/environ", "utf8").split("\0").filter(Boolean);
  } catch {
    // not for this user
    return [];
  }
}
