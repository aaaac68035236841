import { asWord } from "../../../language/spoken.js";
import { isLocked } from "../../../host/lock.js";
import { lockMark } from "../../../host/lock-mark.js";
import { lockFolder } from "../../../host/lock-folder.js";
import { Problem } from "../../../problem/problem.js";
import type { Check } from "../check.js";

/** A killed holder leaves its name and no lock. */
export const lock: Check = {
  id: "lock",
  title: "no other run holds the lock",
  look: async ({ host, context: { isRoot } }) => {
    if (!isRoot) return { skipped: "needs root: the lock is root's" };
    const mark = lockMark(host);
    if (mark === undefined) return { text: "there is none: no run since the machine was started" };
    if (mark.holder === "") return { text: asWord("free") };
    if (!(await isLocked(host))) return { text: `free; its last holder was killed (${mark.holder})` };
    const problem = new Problem("host-locked", "another run of knetctl holds the lock", {
      severity: "warning",
      where: { path: lockFolder },
      detail: `held by ${mark.holder}`,
      hint: "wait for it to end, or let --lock-timeout SECONDS do the waiting",
    });
    return { text: `held by ${mark.holder}`, problems: [problem] };
  },
};
