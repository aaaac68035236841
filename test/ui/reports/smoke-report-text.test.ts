import { test } from "tap";
import { smokeReportText } from "../../../src/ui/reports/smoke-report-text.js";
import { style } from "../../../src/ui/text/width.js";

test("a failed check is followed by what it means, and a passed one is not", async (t) => {
  const checks = [
    { id: "load", status: "pass", ms: 2.04, detail: "/opt/x.so", hint: "not shown" },
    {
      id: "login",
      status: "fail",
      ms: 12,
      detail: "C_Login returned CKR_PIN_INCORRECT",
      ckr: "CKR_PIN_INCORRECT",
      hint: "look at the PIN file",
    },
    { id: "finalize", status: "warn", ms: 0, detail: "odd", ckr: "CKR_GENERAL_ERROR" },
  ] as const;
  const text = smokeReportText(
    { tokens: [{ label: "ca_signer", serial: "12", manufacturer: "KRYPTUS", proven: "reached", checks }] },
    style(false),
  );
  t.equal(
    text,
    [
      'token "ca_signer" (serial 12, KRYPTUS)',
      "check     status    ms  detail",
      "load      pass     2.0  /opt/x.so",
      "login     fail    12.0  C_Login returned CKR_PIN_INCORRECT",
      "  hint: look at the PIN file",
      "finalize  warn     0.0  odd",
      "  CKR_GENERAL_ERROR",
      "",
      'verdict: token "ca_signer": reached, but nobody logged in (login: C_Login returned CKR_PIN_INCORRECT)',
    ].join("\n"),
  );
});
