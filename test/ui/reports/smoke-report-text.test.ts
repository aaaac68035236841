import { test } from "tap";
import { briefSmokeText, smokeReportText, unsignedText } from "../../../src/ui/reports/smoke-report-text.js";
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

test("in brief a token that passed is a line and its warnings, one that did not is its table", (t) => {
  const passed = { id: "load", status: "pass", ms: 2 } as const;
  const warned = { id: "finalize", status: "warn", ms: 0, detail: "odd", hint: "look" } as const;
  const failed = { id: "login", status: "fail", ms: 1, detail: "no", ckr: "CKR_PIN_INCORRECT" } as const;
  const good = { label: "a", proven: "signed-existing-key", checks: [passed, warned] } as const;
  const bad = { label: "b", proven: "reached", checks: [passed, failed] } as const;
  const store = { name: "S", type: "Kryptus", status: "pass", detail: "answers" } as const;
  const line = '✓ token "a": 1 check passed; signed with a key that is on it';
  t.equal(
    briefSmokeText({ tokens: [good], stores: [store] }, style(false)),
    [line, "  warn finalize: odd", "  hint: look", '✓ key store "S" (Kryptus): answers'].join("\n"),
  );
  const both = briefSmokeText({ tokens: [good, bad] }, style(false)).split("\n");
  t.equal(both[0], line);
  t.ok(both.includes('token "b"') && both.includes("  CKR_PIN_INCORRECT"));
  t.match(both.at(-1), /^verdict: token "a": signed.*token "b": reached/);
  t.end();
});

test("new members that were not to be proven are told of, and not as if nothing was signed", (t) => {
  const skipped = [{ reason: "no-prove", text: "new members were not proven" }] as const;
  t.equal(unsignedText({ tokens: [], skipped }), "new members were not proven");
  const noUsers = { reason: "no-users", text: "nobody logs in" } as const;
  t.equal(
    unsignedText({ tokens: [], skipped: [noUsers, ...skipped] }),
    "nothing was signed (nobody logs in); new members were not proven",
  );
  const token = { label: "a", proven: "signed-session-key", checks: [] } as const;
  t.match(
    smokeReportText({ tokens: [token], skipped }, style(false)),
    /made in the session; new members were not proven$/,
  );
  t.end();
});
