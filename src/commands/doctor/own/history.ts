import { counted } from "../../../formats/text/counted.js";
import { timeText } from "../../../ui/text/time-text.js";
import { readRuns } from "../../../workflow/journal/runs.js";
import { unfinishedWarning } from "../../../workflow/undo/recover.js";
import type { Check } from "../check.js";

/** Every journal is read: damaged ones, those of a newer knetctl, and a run that was cut off, are told. */
export const history: Check = {
  id: "history",
  title: "the records of runs can be read, and no run was cut off",
  look: async ({ host, context: { isRoot } }) => {
    if (!isRoot) return { skipped: "needs root: the records of runs are root's" };
    const { runs, problems } = readRuns(host);
    const told = new Set(problems.map(({ message, where }) => `${message} ${where?.path ?? ""}`));
    const unfinished = (await unfinishedWarning(host)).filter(
      ({ message, where }) => !told.has(`${message} ${where?.path ?? ""}`),
    );
    const last = runs[0];
    return {
      text:
        last === undefined
          ? "no run yet"
          : `${counted(runs.length, "run")}; the last, ${last.sequence}, of ` +
            `${timeText(last.began)}: ${last.outcome}`,
      problems: [...problems, ...unfinished],
    };
  },
};
