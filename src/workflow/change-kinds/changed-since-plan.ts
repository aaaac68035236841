import type { AbsolutePath } from "../../host/path.js";
import { Problem } from "../../problem/problem.js";

/**
 * The host is no longer as the plan saw it: going on would overwrite what somebody else has done meanwhile.
 */
export function changedSincePlan(path: AbsolutePath, detail: string): Problem {
  return new Problem("workflow-changed-since-plan", "the host changed after the plan was made", {
    where: { path },
    detail,
    hint: "find out who else works on this host, then run the command again",
  });
}
