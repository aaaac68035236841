import { shellWord } from "../../../formats/text/shell-word.js";
import { notActive, unitProblem } from "../../../host/service/service-problem.js";
import { showUnit, whyNoServiceManager } from "../../../host/service/systemctl.js";
import { isUp } from "../../../host/service/unit-state.js";
import { asWarning, Problem } from "../../../problem/problem.js";
import type { Check } from "../check.js";

/** Whether it is healthy, verify says. */
export const unit: Check = {
  id: "unit",
  title: "the service's unit is loaded as its files say, and is up",
  look: async ({ host, profile, context: { signal } }) => {
    const name = profile?.service.unit;
    if (name === undefined) return { skipped: "no profile that names a unit" };
    const none = whyNoServiceManager(host);
    if (none !== undefined) return { skipped: none };
    const { state, text } = await showUnit(host, name, { more: ["NeedDaemonReload"], signal });
    const broken = unitProblem(name, state);
    if (broken !== undefined) return { text: `${name}: ${state.load}`, problems: [broken] };
    return {
      text: `${name}: ${state.active} (${state.sub})`,
      problems: [
        ...(/^NeedDaemonReload=yes$/m.test(text) ? [stale(name)] : []),
        ...(isUp(state) ? [] : [asWarning(notActive(name, state))]),
      ],
    };
  },
};

function stale(name: string): Problem {
  return new Problem("doctor-unit-stale", `systemd has not read the newest files of ${name}`, {
    severity: "warning",
    detail: "the next restart uses the old settings",
    hint: `systemctl daemon-reload; systemctl cat ${shellWord(name)} shows the files`,
  });
}
