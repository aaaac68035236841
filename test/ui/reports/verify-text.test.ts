import t from "tap";
import { path } from "../../../src/host/path.js";
import type { SmokeReport } from "../../../src/pkcs11/report.js";
import { Problem } from "../../../src/problem/problem.js";
import { verifyText } from "../../../src/ui/reports/verify-text.js";
import { verifyVerdict } from "../../../src/ui/reports/report-json.js";
import type { Plan } from "../../../src/workflow/plan.js";

const change = { step: "ownership", kind: "set-mode", path: path("/x"), from: 0o777, mode: 0o750 } as const;

function told(codes: readonly Problem["code"][], changes = 0, skipped: SmokeReport["skipped"] = []): string {
  const plan: Plan = { steps: [], changes: Array.from({ length: changes }, () => change), problems: [] };
  const problems = codes.map((code) => new Problem(code, "x"));
  const smoke: SmokeReport = { tokens: [], skipped };
  return verifyText(verifyVerdict(problems, changes > 0), plan, { smoke, problems });
}

t.test("verify ends with one line: what it found, and how much differs", (t) => {
  t.equal(told([]), "nothing to change: the host is as the profile wants it");
  t.equal(
    told([], 0, [{ reason: "no-smoke-test", text: "--no-smoke-test" }]),
    "nothing to change: the host is as the profile wants it; nothing was signed (--no-smoke-test)",
  );
  t.equal(told([], 2), "drift: 2 changes");
  t.equal(told(["members-degraded"]), "degraded: it works, but not with every member of its HA vectors");
  t.equal(told(["members-unwell"], 1), "unreachable: 1 error; drift: 1 change");
  t.equal(told(["smoke-test-failed", "service-not-active"]), "failed: 2 errors");
  t.end();
});
