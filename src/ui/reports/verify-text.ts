import type { SmokeReport } from "../../pkcs11/report.js";
import { errorCount, type Problem } from "../../problem/problem.js";
import type { Plan } from "../../workflow/plan.js";
import { countText } from "./plan-text.js";
import type { VerifyVerdict } from "./report-json.js";
import { unsignedText } from "./smoke-report-text.js";

/** The last line of a `verify` for people. A success without a signature must not look like a proof. */
export function verifyText(
  verdict: VerifyVerdict,
  plan: Plan,
  { smoke, problems }: { readonly smoke: SmokeReport; readonly problems: readonly Problem[] },
): string {
  const drift = plan.changes.length === 0 ? [] : [`drift: ${countText(plan)}`];
  switch (verdict) {
    case "as-wanted":
      return [countText(plan), unsignedText(smoke)].filter(Boolean).join("; ");
    case "drift":
      // without a change, a run was cut off
      return [drift[0] ?? "drift: a run has not ended", unsignedText(smoke)].filter(Boolean).join("; ");
    case "degraded":
      return ["degraded: it works, but not with every member of its HA vectors", ...drift].join("; ");
    case "unreachable":
    case "failed":
      return [`${verdict}: ${errorCount(problems)}`, ...drift].join("; ");
  }
}
