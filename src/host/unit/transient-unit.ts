import { existsSync } from "node:fs";
import { machine, programIn } from "../commands/command-words.js";
import type { Host } from "../host.js";
import { systemctl, whyNoServiceManager } from "../service/systemctl.js";
import type { UnitSettings } from "./unit-settings.js";

/** A unit that exists as long as its process: systemd-run(1). */
export interface TransientUnit {
  readonly name: string;
  /** The command line that starts it, and is the process's standard input, output and error. */
  readonly line: readonly string[];
}

const bus = "/run/dbus/system_bus_socket";

/** Why no transient unit can be had on the host; undefined if one can. */
export function whyNoTransientUnit(host: Host): string | undefined {
  const why = whyNoServiceManager(host);
  if (why !== undefined) return why;
  if (host.commands.find("systemd-run") === undefined) return "there is no systemd-run here";
  return existsSync(bus) ? undefined : "there is no D-Bus here, without which systemd-run cannot wait for it";
}

/**
 * A transient unit with these properties (`NAME=VALUE`), which runs `words`: of them none may have a `$` in
 * it, since the service manager replaces variables. All of its processes end with its first one, and at the
 * latest after `timeoutMs`, whatever becomes of this process. Only root may start it.
 */
export function transientUnit(
  mark: string,
  properties: readonly string[],
  timeoutMs: number,
  words: readonly string[],
): TransientUnit {
  const name = `knetctl-proof-${mark}.service`;
  const bounds = [
    `RuntimeMaxSec=${Math.ceil(timeoutMs / 1000) + 5}`,
    "TimeoutStopSec=2",
    "KillSignal=SIGKILL",
    "Restart=no",
    `Description=knetctl's proof`,
  ];
  return {
    name,
    line: [
      programIn(machine, "systemd-run"),
      ...["--quiet", "--wait", "--pipe", "--collect", "--no-ask-password", `--unit=${name}`],
      ...[...properties, ...bounds].map((property) => `--property=${property}`),
      "--",
      ...words,
    ],
  };
}

const stopMs = 10_000;

/** Ends all processes of a transient unit, which is then gone; no error for one that is gone already. */
export async function endTransientUnit(host: Host, { name }: TransientUnit): Promise<void> {
  await systemctl(host, "stop", name, { timeoutMs: stopMs });
}

/** The service manager's number for: the process is ended. */
const ends = "2147483646";

const parents: readonly (readonly [string, string])[] = [
  ["RuntimeDirectory", "/run"],
  ["StateDirectory", "/var/lib"],
  ["CacheDirectory", "/var/cache"],
  ["LogsDirectory", "/var/log"],
  ["ConfigurationDirectory", "/etc"],
];

/**
 * What a transient unit gets of the folders that the service manager makes for a unit: the right to write
 * into them where they are, since to have them itself would make, give away and remove them. Besides, the
 * unit's slice, whose limits count for it, the unit whose network it shares, and what a forbidden system call
 * comes to.
 */
export function furtherProperties(settings: Pick<UnitSettings, "further">): readonly string[] {
  const one = (name: string): string => settings.further.get(name) ?? "";
  const folders = ownFolders(settings).map((folder) => `-${folder}`);
  return [
    ...(one("Slice") === "" ? [] : [`Slice=${one("Slice")}`]),
    ...(one("JoinsNamespaceOf") === "" ? [] : [`JoinsNamespaceOf=${one("JoinsNamespaceOf")}`]),
    ...(["", ends].includes(one("SystemCallErrorNumber"))
      ? []
      : [`SystemCallErrorNumber=${one("SystemCallErrorNumber")}`]),
    ...(folders.length === 0 ? [] : [`ReadWritePaths=${folders.join(" ")}`]),
  ];
}

/** The folders that the service manager makes for the unit. */
export function ownFolders({ further }: Pick<UnitSettings, "further">): readonly string[] {
  return parents.flatMap(([name, parent]) =>
    (further.get(name) ?? "")
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => `${parent}/${word.split(":")[0] ?? ""}`),
  );
}
