import t from "tap";
import type { ProblemCode } from "../../../src/problem/codes.js";
import { Problem } from "../../../src/problem/problem.js";
import { verifyVerdict } from "../../../src/ui/reports/report-json.js";

const verdict = (codes: readonly ProblemCode[], differs = false) =>
  verifyVerdict(
    codes.map((code) => new Problem(code, "…")),
    differs,
  );

t.test("one word says what verify found, and a vector that lacks members has its own", (t) => {
  t.equal(verdict([]), "as-wanted");
  t.equal(verdict([], true), "drift");
  t.equal(verdict(["endpoint-refused", "members-degraded"]), "degraded");
  t.equal(verdict(["endpoint-refused", "members-degraded"], true), "degraded");
  t.equal(verdict(["endpoint-refused", "members-unwell"]), "unreachable");
  t.equal(verdict(["smoke-token-unreachable", "endpoint-refused", "members-degraded"]), "unreachable");
  t.equal(verdict(["smoke-test-failed", "endpoint-refused", "members-degraded"]), "failed");
  const warning = new Problem("members-degraded", "…", { severity: "warning" });
  t.equal(verifyVerdict([warning], false), "as-wanted");
  t.end();
});
