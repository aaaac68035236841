import { test } from "tap";
import { smokeOutcome } from "../../src/pkcs11/report.js";
import type { CheckResult, TokenReport } from "../../src/pkcs11/report.js";

const token = (...checks: readonly Partial<CheckResult>[]): TokenReport => ({
  label: "a",
  proven: "nothing",
  checks: checks.map((check) => ({ id: "load", status: "pass", ms: 1, ...check })),
});
const unavailable = token({}, { id: "login", status: "fail", unavailable: true });
const broken = token({}, { id: "sign-rsa", status: "fail" });

test("warnings, skips and information pass", async (t) => {
  t.strictSame(smokeOutcome({ tokens: [token({}, { status: "info" }, { status: "skip" })] }), {
    result: "pass",
    exitCode: 0,
  });
  t.strictSame(smokeOutcome({ tokens: [token({}), token({ status: "warn" })] }), {
    result: "warn",
    exitCode: 0,
  });
});

test("a token that cannot be had is 69, any other failure is 1, also where both are", async (t) => {
  t.strictSame(smokeOutcome({ tokens: [token({}), unavailable] }), { result: "fail", exitCode: 69 });
  t.strictSame(smokeOutcome({ tokens: [broken] }), { result: "fail", exitCode: 1 });
  t.strictSame(smokeOutcome({ tokens: [unavailable, broken] }), { result: "fail", exitCode: 1 });
});

test("no token and no check prove nothing", async (t) => {
  t.strictSame(smokeOutcome({ tokens: [] }), { result: "fail", exitCode: 1 });
  t.strictSame(smokeOutcome({ tokens: [token()] }), { result: "fail", exitCode: 1 });
});
