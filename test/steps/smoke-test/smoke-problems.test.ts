import t from "tap";
import type { CheckResult, TokenReport } from "../../../src/pkcs11/report.js";
import { smokeProblems } from "../../../src/steps/smoke-test/step.js";

const token = (...checks: readonly CheckResult[]): TokenReport => ({
  label: "ca_signer",
  proven: "nothing",
  checks,
});

t.test("a token whose checks pass, warn or are left out has no problem", async (t) => {
  const checks = (["pass", "info", "warn", "skip"] as const).map((status) => ({
    id: "info" as const,
    status,
    ms: 1,
  }));
  t.strictSame(smokeProblems([token(...checks)]), []);
});

t.test("a failed check is a problem with the token, the check and what the module answered", async (t) => {
  const [problem, ...more] = smokeProblems([
    token(
      { id: "info", status: "pass", ms: 1 },
      {
        id: "login",
        status: "fail",
        ms: 1,
        ckr: "CKR_PIN_INCORRECT",
        hint: "look at the PIN",
        detail: "once",
      },
    ),
  ]);
  t.strictSame(more, []);
  t.match(problem, { code: "smoke-test-failed", detail: "once", hint: "look at the PIN" });
  t.match(problem?.message, /"ca_signer" failed at login with CKR_PIN_INCORRECT$/);
});

t.test("a token that is not available now is told apart from a module that does not work", async (t) => {
  const failed = { id: "login", status: "fail", ms: 1 } as const;
  t.strictSame(
    smokeProblems([token({ ...failed, unavailable: true }), token(failed)]).map(({ code }) => code),
    ["smoke-token-unreachable", "smoke-test-failed"],
  );
});
