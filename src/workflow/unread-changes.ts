import { shellWord } from "../formats/text/shell-word.js";
import type { Host } from "../host/host.js";
import type { AbsolutePath } from "../host/path.js";
import { unitState, whyNoServiceManager } from "../host/service/systemctl.js";
import { isUp, startedAt, type UnitState } from "../host/service/unit-state.js";
import { Problem } from "../problem/problem.js";
import type { Restart } from "./change-kind.js";
import { withKind } from "./change.js";
import type { JournaledChange, RecordedRun } from "./journal/entry.js";
import { mayStand } from "./journal/recorded-run.js";
import { readRun } from "./journal/runs.js";

/** A run of which a unit has not yet read the changes, or has not noticed that they were taken back. */
export interface UnreadRun {
  readonly run: RecordedRun;
  readonly because: readonly AbsolutePath[];
  /** True: the run was taken back, and the unit still has what it read while the run was in effect. */
  readonly undone: boolean;
}

/**
 * The runs after which a unit should have been restarted but was not, according to their journals and the
 * unit's last start. A unit that is down will read its settings when it is started: it only owes a restart
 * that was begun or intended and did not happen. A run that has not ended does not count yet. Pure except for
 * the clock.
 */
export function unreadRuns(
  runs: readonly RecordedRun[],
  unit: string,
  state: UnitState,
): readonly UnreadRun[] {
  return runs.flatMap((run) => {
    const restarted = run.changes.find((one) => restartOf(one)?.unit === unit);
    const left = run.owes.filter((one) => one.unit === unit);
    const because = [
      ...(restarted === undefined ? [] : (restartOf(restarted)?.because ?? [])),
      ...left.flatMap((one) => one.because),
    ];
    if (run.ended === undefined || (restarted === undefined && left.length === 0)) return [];
    const read = run.changes.filter(
      (one) =>
        because.includes(one.change.path) && restartOf(one) === undefined && one.progress !== "planned",
    );
    const standing =
      run.outcome !== "rolled-back" &&
      (read.some(mayStand) || (restarted !== undefined && mayStand(restarted)));
    const isUnread = standing
      ? standsUnread(run.ended, restarted, state)
      : read.length > 0 && restarted?.progress !== "undone" && isWithin(run.began, run.ended, state);
    return isUnread ? [{ run, because, undone: !standing }] : [];
  });
}

function restartOf({ change, prior }: JournaledChange): (Restart & { invocation?: string }) | undefined {
  return withKind(change, (kind, one) => kind.restart?.(one, prior));
}

function standsUnread(ended: string, restarted: JournaledChange | undefined, state: UnitState): boolean {
  if (restarted?.progress === "done") return false;
  const started = startedAt(state);
  if (!isUp(state)) return restarted !== undefined && (started === undefined || started < Date.parse(ended));
  // it was started, but did not become healthy: that is checked separately
  const before = restarted && restartOf(restarted)?.invocation;
  if (before !== undefined && before !== state.invocation) return false;
  return started !== undefined && started < Date.parse(ended);
}

function isWithin(began: string, ended: string, state: UnitState): boolean {
  const started = startedAt(state);
  return isUp(state) && started !== undefined && started > Date.parse(began) && started < Date.parse(ended);
}

/**
 * Warnings about services that were started while a run was in effect that has since been taken back, and not
 * restarted: they still run with what it had written.
 */
export async function undoneSettings(name: string, host: Host): Promise<readonly Problem[]> {
  try {
    const run = readRun(host, name);
    const units = new Set([
      ...run.owes.map(({ unit }) => unit),
      ...run.changes.flatMap((one) => restartOf(one)?.unit ?? []),
    ]);
    if (units.size === 0 || whyNoServiceManager(host) !== undefined) return [];
    const problems: Problem[] = [];
    for (const unit of units)
      if (unreadRuns([run], unit, await unitState(host, unit)).some(({ undone }) => undone))
        problems.push(stillHas(unit, run.sequence));
    return problems;
  } catch (error) {
    // nothing is claimed about a state that cannot be read
    if (error instanceof Problem) return [];
    throw error;
  }
}

function stillHas(unit: string, sequence: number): Problem {
  return new Problem("service-undone-settings", `${unit} still runs with the settings that were taken back`, {
    severity: "warning",
    detail: `it was started while run ${sequence} was in effect, and has not been restarted since`,
    hint: `systemctl restart ${shellWord(unit)}`,
  });
}
