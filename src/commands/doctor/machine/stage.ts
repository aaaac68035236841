import { stageRefusal } from "../../../host/stage/try-stage.js";
import { asWarning } from "../../../problem/problem.js";
import type { Check } from "../check.js";

/** Tries it, in memory and in namespaces that end with the trial. */
export const stage: Check = {
  id: "stage",
  title: "changes can be proven in a stage before they are made",
  look: async ({ context: { isRoot, signal } }) => {
    if (!isRoot) return { skipped: "needs root: only root can make a stage" };
    const problem = await stageRefusal(signal);
    return problem === undefined
      ? { text: "namespaces and an overlay over / are available" }
      : { text: problem.message, problems: [asWarning(problem)] };
  },
};
