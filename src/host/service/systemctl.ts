import { Problem } from "../../problem/problem.js";
import { withoutUrlSecrets } from "../../problem/without-url-secrets.js";
import type { Host } from "../host.js";
import type { CommandResult } from "../commands/command.js";
import { path } from "../path.js";
import { notStopped, restartFailed, restartTimeout, stateUnknown } from "./service-problem.js";
import { isDown, parseUnitState, type UnitState } from "./unit-state.js";

export interface SystemctlCall {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly options?: readonly string[];
}

/**
 * systemctl(1) on one unit of the system's service manager, or on that itself: never the user's, never with a
 * question, and ended at the time-out, which ends the waiting and not what the service manager has begun. It
 * is never called for an image, whose services are not this machine's, although units of both may have the
 * same name.
 */
export function systemctl(
  { commands, root }: Pick<Host, "commands" | "root">,
  verb: "show" | "restart" | "start" | "stop" | "reset-failed",
  unit: string | undefined,
  { timeoutMs, signal, options = [] }: SystemctlCall,
): Promise<CommandResult> {
  if (root !== "/")
    return Promise.reject(
      new Problem(
        "host-command-refused",
        `systemctl ${[verb, unit].join(" ").trim()} was to run for an image`,
        {
          hint: "this is a bug in knetctl: please report it",
        },
      ),
    );
  return commands.run({
    program: "systemctl",
    args: [verb, "--no-ask-password", "--no-pager", ...options, ...(unit === undefined ? [] : ["--", unit])],
    timeoutMs,
    ...(signal && { signal }),
  });
}

/**
 * The first line of what systemctl says about a failure, or its exit code. It does not quote the journal,
 * which may contain a PIN.
 */
export function saidBy({ stderr, exitCode }: CommandResult): string {
  const [line = ""] = stderr.trim().split("\n");
  return line === "" ? `exit code ${exitCode ?? "none"}` : withoutUrlSecrets(line).slice(0, 200);
}

const properties = [
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "Type",
  "NRestarts",
  "InvocationID",
  "MainPID",
  "ExecMainStartTimestampMonotonic",
  "ActiveEnterTimestampMonotonic",
];
const lookMs = 10_000;

interface Look {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the service manager, which needs no permission. Throws `service-state-unknown` when it does not answer
 * in time.
 */
export async function unitState(
  host: Pick<Host, "commands" | "root">,
  unit: string,
  look: Look = {},
): Promise<UnitState> {
  return (await showUnit(host, unit, look)).state;
}

/** The same, and in one call the lines for `more` properties, each `Name=value`. */
export async function showUnit(
  host: Pick<Host, "commands" | "root">,
  unit: string,
  { timeoutMs = lookMs, signal, more = [] }: Look & { readonly more?: readonly string[] },
): Promise<{ readonly state: UnitState; readonly text: string }> {
  const result = await systemctl(host, "show", unit, {
    timeoutMs,
    signal,
    options: [`--property=${[...new Set([...properties, ...more])].join(",")}`],
  });
  if (signal?.aborted === true) throw new Problem("interrupted", "interrupted by a signal");
  const state = parseUnitState(result.stdout);
  if (state !== undefined && !result.timedOut) return { state, text: result.stdout };
  throw stateUnknown(
    unit,
    result.timedOut ? `systemctl show did not end within ${timeoutMs / 1000} s` : saidBy(result),
  );
}

const shortMs = 30_000;

/**
 * Restarts the unit and waits until systemctl reports the result. Throws `service-restart-failed` or
 * `service-restart-timeout`.
 */
export async function restartUnit(host: Host, unit: string, call: SystemctlCall): Promise<void> {
  // a unit that failed several times in a short while would not be started at all
  await clearFailed(host, unit, call.signal);
  const result = await systemctl(host, "restart", unit, call);
  if (call.signal?.aborted === true) throw new Problem("interrupted", "interrupted by a signal");
  if (result.timedOut) throw restartTimeout(unit, call.timeoutMs / 1000);
  if (result.exitCode !== 0) throw restartFailed(unit, await unitState(host, unit), saidBy(result));
}

/** Stops the unit. Throws `service-not-restored` when it is not seen to be down then. */
export async function stopUnit(host: Host, unit: string, call: SystemctlCall): Promise<void> {
  const result = await systemctl(host, "stop", unit, call);
  const state = await unitState(host, unit);
  if (!isDown(state))
    throw notStopped(
      unit,
      state,
      result.timedOut ? `systemctl stop did not end within ${call.timeoutMs / 1000} s` : saidBy(result),
    );
}

/** Requests that the unit be started, without waiting for the result. */
export async function beginStart(host: Host, unit: string): Promise<void> {
  const result = await systemctl(host, "start", unit, { timeoutMs: shortMs, options: ["--no-block"] });
  if (result.exitCode !== 0) throw restartFailed(unit, await unitState(host, unit), saidBy(result));
}

/**
 * Makes the service manager forget that the unit failed, and how often. A unit that it does not know has
 * nothing to forget.
 */
export async function clearFailed(host: Host, unit: string, signal?: AbortSignal): Promise<void> {
  await systemctl(host, "reset-failed", unit, { timeoutMs: shortMs, signal });
}

/** Made by systemd where it is the service manager (sd_booted(3)). */
const booted = path("/run/systemd/system");

/**
 * Why no service of the host can be restarted from here; undefined when systemd runs it. Throws a Problem for
 * a systemctl that others could have written.
 */
export function whyNoServiceManager(host: Host): string | undefined {
  if (host.root !== "/") return `--root ${host.root}: its services do not run on this system`;
  if (host.files().entry(booted)?.kind !== "folder") return "systemd does not run this system";
  return host.commands.find("systemctl") === undefined ? "there is no systemctl here" : undefined;
}
