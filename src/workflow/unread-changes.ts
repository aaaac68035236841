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

/** A run whose changes a unit has not read, or whose taking back. */
export interface UnreadRun {
  readonly run: RecordedRun;
  readonly because: readonly AbsolutePath[];
  /** True: the run was taken back, and the unit still has what it read while the run stood. */
  readonly undone: boolean;
}

/**
 * The runs that a unit should have been restarted for, and was not, by what their journals say of that and by
 * when it was started last. One that is down reads its settings when it is started: it owes nothing but a
 * restart that was begun or meant and did not come about. A run that is not ended says nothing yet. Pure but
 * for the clock.
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
  // it was started, and did not come to what was asked of it: that is looked at itself
  const before = restarted && restartOf(restarted)?.invocation;
  if (before !== undefined && before !== state.invocation) return false;
  return started !== undefined && started < Date.parse(ended);
}

function isWithin(began: string, ended: string, state: UnitState): boolean {
  const started = startedAt(state);
  return isUp(state) && started !== undefined && started > Date.parse(began) && started < Date.parse(ended);
}

/**
 * Warnings of services that were started while a run stood which has been taken back, and not since: they
 * still run with what it had written.
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
    // of a state that cannot be had nothing is claimed
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
