/** What the service manager knows about a unit, in its own terms (org.freedesktop.systemd1(5)). */
export interface UnitState {
  /** "loaded", "not-found", "masked", "bad-setting", "error", … */
  readonly load: string;
  /** "active", "reloading", "inactive", "failed", "activating", "deactivating", … */
  readonly active: string;
  /** "running", "exited", "auto-restart", … */
  readonly sub: string;
  /** How it ended last: "success", "exit-code", "timeout", "start-limit-hit", … */
  readonly result: string;
  /** "simple", "notify", "oneshot", … */
  readonly type: string;
  /** How often it was started again by itself. */
  readonly restarts: number;
  /** Another one at each start; empty when it was never started. */
  readonly invocation: string;
  /** 0: none. */
  readonly mainPid: number;
  /**
   * When its main process was started last and when it became active last, in µs of the system's monotonic
   * clock. 0: not told.
   */
  readonly mainStartUs: number;
  readonly activeUs: number;
}

/** From lines `Name=value`; undefined if they do not contain the state. Pure. */
export function parseUnitState(text: string): UnitState | undefined {
  const values = new Map(
    text
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1).trim()]),
  );
  const [load = "", active = ""] = [values.get("LoadState"), values.get("ActiveState")];
  if (load === "" || active === "") return undefined;
  return {
    load,
    active,
    sub: values.get("SubState") ?? "",
    result: values.get("Result") ?? "",
    type: values.get("Type") ?? "",
    restarts: count(values.get("NRestarts")),
    invocation: values.get("InvocationID") ?? "",
    mainPid: count(values.get("MainPID")),
    mainStartUs: count(values.get("ExecMainStartTimestampMonotonic")),
    activeUs: count(values.get("ActiveEnterTimestampMonotonic")),
  };
}

/** Whether it is working, including while it reloads its settings. */
export function isUp({ active, sub, type }: UnitState): boolean {
  // a oneshot unit need not leave anything running
  return ["active", "reloading", "refreshing"].includes(active) && (sub !== "exited" || type === "oneshot");
}

/** Whether it is neither working nor about to be. */
export function isDown({ active }: UnitState): boolean {
  return active === "inactive" || active === "failed";
}

/** Whether it was not restarted between the two looks. */
export function isSameStart(one: UnitState, other: UnitState): boolean {
  return one.invocation === other.invocation && one.restarts === other.restarts;
}

/**
 * When the process that last read its settings was started, in ms since 1970; undefined if that is not
 * reported.
 */
export function startedAt({ mainStartUs, activeUs }: UnitState): number | undefined {
  const us = mainStartUs === 0 ? activeUs : mainStartUs;
  return us === 0 ? undefined : Date.now() - msSince(us);
}

/** For how long, in ms, it has been active; 0 if that is not reported. */
export function activeForMs({ activeUs }: UnitState): number {
  return activeUs === 0 ? 0 : Math.max(0, msSince(activeUs));
}

/** Node's clock of this name is the same as the service manager's (CLOCK_MONOTONIC). */
function msSince(us: number): number {
  return (Number(process.hrtime.bigint() / 1000n) - us) / 1000;
}

/** Older versions do not report it. */
function count(text = ""): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
