import { isUp, startedAt, type UnitState } from "../host/service/unit-state.js";
import type { AbsolutePath } from "../host/path.js";
import type { RestartService } from "./change.js";
import { fieldsOf } from "./change-kinds/prior-json.js";
import type { JournaledChange, RecordedRun } from "./journal/entry.js";
import { mayStand } from "./journal/recorded-run.js";

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
    const restart = run.changes.find((one): one is JournaledChange & { readonly change: RestartService } =>
      isRestartOf(one, unit),
    );
    const left = run.owes.filter((one) => one.unit === unit);
    const because = [...(restart?.change.because ?? []), ...left.flatMap((one) => one.because)];
    if (run.ended === undefined || (restart === undefined && left.length === 0)) return [];
    const read = run.changes.filter(
      ({ change, progress }) =>
        because.includes(change.path) && change.kind !== "restart-service" && progress !== "planned",
    );
    const standing =
      run.outcome !== "rolled-back" && (read.some(mayStand) || (restart !== undefined && mayStand(restart)));
    const isUnread = standing
      ? standsUnread(run.ended, restart, state)
      : read.length > 0 && restart?.progress !== "undone" && isWithin(run.began, run.ended, state);
    return isUnread ? [{ run, because, undone: !standing }] : [];
  });
}

function isRestartOf({ change }: JournaledChange, unit: string): boolean {
  return change.kind === "restart-service" && change.unit === unit;
}

function standsUnread(ended: string, restart: JournaledChange | undefined, state: UnitState): boolean {
  if (restart?.progress === "done") return false;
  const started = startedAt(state);
  if (!isUp(state)) return restart !== undefined && (started === undefined || started < Date.parse(ended));
  // it was started, and did not come to what was asked of it: that is looked at itself
  const before = fieldsOf(restart?.prior)?.["invocation"];
  if (typeof before === "string" && before !== state.invocation) return false;
  return started !== undefined && started < Date.parse(ended);
}

function isWithin(began: string, ended: string, state: UnitState): boolean {
  const started = startedAt(state);
  return isUp(state) && started !== undefined && started > Date.parse(began) && started < Date.parse(ended);
}
