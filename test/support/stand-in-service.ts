import { cpSync, chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";

const state = "/run/stand-in-systemctl";

export type Mode = "well" | "late" | "fail" | "dies" | "flap" | "hang";

/** The one unit that the stand-in for systemctl knows; for test files that run in a sandbox. */
export interface StandInService {
  /** What it does when it is started next: always, or as long as a file holds a text. */
  does(mode: Mode, when?: { readonly holds: string; readonly file: string }): void;
  loads(load: "loaded" | "not-found" | "masked" | "bad-setting"): void;
  /** Lines `Name=value` of its settings, as `systemctl show` prints them. Without: its user is amplia. */
  has(settings: readonly string[]): void;
  /** The word for what it does now: a mode, "inactive" or "failed". */
  now(): string;
  /** As it was started last; another text after another start. */
  start(): string;
  /** What was asked of systemctl since the last question, but to show. */
  calls(): readonly string[];
}

/**
 * Puts the stand-in for systemctl in the place of the real one, with the unit as it is to be: up, or never
 * started.
 */
export function standInService({ isUp }: { readonly isUp: boolean }): StandInService {
  mkdirSync("/run/systemd/system", { recursive: true });
  rmSync("/usr/bin/systemctl", { force: true });
  cpSync(join(import.meta.dirname, "../fixtures/systemctl/systemctl"), "/usr/bin/systemctl");
  chmodSync("/usr/bin/systemctl", 0o755);
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  if (isUp) writeFileSync(`${state}/now`, `well ${Math.round(uptime() * 1000)} the-first-start\n`);
  const word = (name: string): string =>
    existsSync(`${state}/${name}`) ? readFileSync(`${state}/${name}`, "utf8").trim() : "";
  return {
    does: (mode, when) => {
      rmSync(`${state}/bad`, { force: true });
      writeFileSync(
        `${state}/${when === undefined ? "mode" : "bad"}`,
        when === undefined ? mode : `${mode} ${when.holds} ${when.file}\n`,
      );
    },
    loads: (load) => {
      writeFileSync(`${state}/load`, load);
    },
    has: (settings) => {
      writeFileSync(`${state}/settings`, settings.join("\n"));
    },
    now: () => word("now").split(" ")[0] ?? "",
    start: () => word("now"),
    calls: () => {
      const calls = word("calls")
        .split("\n")
        .filter((line) => line !== "");
      rmSync(`${state}/calls`, { force: true });
      return calls;
    },
  };
}
