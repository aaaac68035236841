import type { AbsolutePath } from "../../../host/path.js";
import { Problem } from "../../../problem/problem.js";
import type { Other, Standing } from "../../change-kind.js";

/**
 * The host is no longer as the plan saw it: going on would overwrite what somebody else has done in the
 * meantime.
 */
export function changedSincePlan(path: AbsolutePath, detail: string): Problem {
  return new Problem("workflow-changed-since-plan", "the host changed after the plan was made", {
    where: { path },
    detail,
    hint: "find out who else is working on this host, then run the command again",
  });
}

/** Throws if taking a change back would lose what somebody has done since. */
export function refuseOther(standing: Standing): asserts standing is Exclude<Standing, Other> {
  if (standing.state === "other") throw undoUnsafe(standing);
}

export function undoUnsafe({ path, because }: Other): Problem {
  return new Problem("undo-unsafe", "it was changed after the run, so it is not taken back", {
    where: { path },
    detail: because,
    hint: "find out who changed it and whether that is still wanted",
  });
}
