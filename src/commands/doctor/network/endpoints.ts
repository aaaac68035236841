import { asWarning, isError, type Problem } from "../../../problem/problem.js";
import { isGood } from "../../../vhsm/probe/probe-all.js";
import { memberProblems } from "../../run/vector-problems.js";
import { notProbed } from "../around.js";
import type { Check } from "../check.js";

/**
 * As `ha probe` does, all at once and without a credential. While a member of a vector can be used, those
 * that cannot are warned of.
 */
export const endpoints: Check = {
  id: "endpoints",
  title: "every endpoint answers as a VHSM does",
  look: async (around) => {
    const skipped = await notProbed(around);
    if (skipped !== undefined) return { skipped };
    const probed = await around.probed();
    const names = [...new Set(probed.map(({ connection }) => connection ?? ""))];
    const problems = names.flatMap((name): readonly Problem[] => {
      const members = probed.filter(({ connection }) => connection === name);
      const all =
        members.length > 1 ? memberProblems({ name }, members) : members.flatMap((one) => one.problems);
      return members.some(isGood) ? all.map((one) => (isError(one) ? asWarning(one) : one)) : all;
    });
    const good = probed.filter(isGood).length;
    return { text: `${good} of ${probed.length} can be used`, problems };
  },
};
