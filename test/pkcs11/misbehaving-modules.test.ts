import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import t, { test, type Test } from "tap";
import { smokeTest, type SmokeRequest } from "../../src/pkcs11/test-token.js";
import { smokeOutcome } from "../../src/pkcs11/report.js";
import { Secret } from "../../src/problem/secret.js";
import type { CheckResult, TokenReport } from "../../src/pkcs11/report.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";
import { processesWithVariable } from "../support/processes.js";

const pin = "pin-0451-secret";
const worker = await buildWorker();
const modules = fixtureModules();
const misbehaving = modules.module("misbehaving");
const log = join(modules.folder, "calls");
const run = randomUUID();

t.teardown(() => {
  worker.remove();
  modules.remove();
});

interface Misbehaviour {
  readonly at?: string;
  readonly action?: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly request?: Partial<SmokeRequest>;
}

/** Runs the smoke test against the fixture, and holds what must be true of every run. */
async function smoke(
  t: Test,
  { at = "", action = "", more = {}, request = {} }: Misbehaviour,
): Promise<TokenReport> {
  rmSync(log, { force: true });
  const report = await smokeTest({
    module: misbehaving,
    token: { label: "fixture" },
    pin: new Secret(pin),
    environment: { FIXTURE_AT: at, FIXTURE_ACTION: action, FIXTURE_LOG: log, FIXTURE_RUN: run, ...more },
    timeoutMs: 10_000,
    workerPath: worker.path,
    proof: { atLeast: "logged-in" },
    ...request,
  });
  t.notMatch(JSON.stringify(report), pin, "the PIN is nowhere in the report");
  t.same(processesWithVariable("FIXTURE_RUN", run), [], "no process is left");
  return report;
}

const calls = (): readonly string[] => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
const failed = (report: TokenReport): readonly CheckResult[] =>
  report.checks.filter(({ status }) => status === "fail");
const check = (report: TokenReport, id: string): CheckResult | undefined =>
  report.checks.find((one) => one.id === id);

test("a module that does nothing wrong passes, with warnings for what it lacks", async (t) => {
  const report = await smoke(t, {});
  t.same(failed(report), []);
  t.equal(check(report, "random")?.detail, "the same 32 bytes twice");
  t.match(check(report, "signature"), { status: "info", detail: /nothing was signed/ });
  t.equal(calls().filter((call) => call === "C_Login").length, 1);
  t.equal(smokeOutcome({ tokens: [report] }).exitCode, 0);
});

const deadly: readonly (readonly [string, string, string, RegExp])[] = [
  ["C_Initialize", "crash", "initialize", /SIGSEGV in C_Initialize/],
  ["C_GetSlotList", "crash", "slots", /SIGSEGV in C_GetSlotList/],
  ["C_OpenSession", "crash", "session", /SIGSEGV in C_OpenSession/],
  ["C_Login", "crash", "login", /SIGSEGV in C_Login/],
  ["C_FindObjects", "crash", "find", /SIGSEGV in C_FindObjects/],
  ["C_Login", "abort", "login", /SIGABRT in C_Login/],
  ["C_GetFunctionList", "abort", "load", /SIGABRT in C_GetFunctionList/],
  ["C_GetTokenInfo", "exit0", "token", /exit code 0 in C_GetTokenInfo/],
  ["C_Login", "exit3", "login", /exit code 3 in C_Login/],
];

for (const [at, action, id, detail] of deadly) {
  test(`${at} that ends the process (${action}) is named`, async (t) => {
    const report = await smoke(t, { at, action });
    t.match(failed(report), [{ id, detail, hint: /./ }]);
    t.equal(failed(report).length, 1);
    t.same(smokeOutcome({ tokens: [report] }), { result: "fail", exitCode: 1 });
  });
}

for (const [at, id] of [
  ["C_Initialize", "initialize"],
  ["C_GetSlotList", "slots"],
  ["C_Login", "login"],
] as const) {
  test(`${at} that never returns is stopped at the time-out and named`, async (t) => {
    const started = performance.now();
    const report = await smoke(t, { at, action: "hang", request: { timeoutMs: 1500 } });
    t.ok(performance.now() - started < 3300, "in time");
    t.match(failed(report), [{ id, detail: new RegExp(`${at} did not return.*1\\.5 s`) }]);
    t.equal(smokeOutcome({ tokens: [report] }).exitCode, 69, "nobody answers: the token cannot be reached");
  });
}

test("a call that never returns once the token has answered is a failure of its own", async (t) => {
  const report = await smoke(t, { at: "C_GenerateRandom", action: "hang", request: { timeoutMs: 1500 } });
  t.match(failed(report), [{ id: "random" }]);
  t.equal(smokeOutcome({ tokens: [report] }).exitCode, 1);
});

for (const at of ["C_Initialize", "C_Login"]) {
  test(`megabytes of garbage on every descriptor in ${at}, with a forged end, change nothing`, async (t) => {
    const report = await smoke(t, { at, action: "garbage" });
    t.same(failed(report), []);
    t.equal(check(report, "finalize")?.status, "pass");
  });
}

test("what the module prints is shown before it has the PIN, and not after", async (t) => {
  t.match(failed(await smoke(t, { at: "C_GetInfo", action: "leak" })), [
    { detail: /it printed: "logging in with"/ },
  ]);
  t.match(failed(await smoke(t, { at: "C_Login", action: "leak" })), [
    { id: "login", detail: /SIGABRT in C_Login$/ },
  ]);
});

test("a grandchild that holds the pipes neither delays the result nor stays", async (t) => {
  const started = performance.now();
  const report = await smoke(t, { at: "C_Initialize", action: "child" });
  t.same(failed(report), []);
  t.ok(performance.now() - started < 3000, "in time");
});

test("a daemon that left the group does not delay the result, and is ended", async (t) => {
  const started = performance.now();
  t.same(failed(await smoke(t, { at: "C_GetInfo", action: "daemon" })), []);
  t.ok(performance.now() - started < 3000, "in time");
});

test("a module does not get all of the machine's memory", async (t) => {
  t.match(check(await smoke(t, { at: "C_OpenSession", action: "eat" }), "session"), {
    status: "fail",
    ckr: "CKR_HOST_MEMORY",
    hint: /2 GiB/,
  });
});

test("a crash or hang in C_Finalize is a warning", async (t) => {
  const crashed = await smoke(t, { at: "C_Finalize", action: "crash" });
  t.match(check(crashed, "finalize"), { status: "warn", detail: /SIGSEGV in C_Finalize/ });
  const hung = await smoke(t, { at: "C_Finalize", action: "hang", request: { timeoutMs: 1500 } });
  t.match(check(hung, "finalize"), { status: "warn", detail: /C_Finalize did not return/ });
  t.same(smokeOutcome({ tokens: [crashed, hung] }), { result: "warn", exitCode: 0 });
});

test("a crash or hang when the process ends is a warning, and is not waited for", async (t) => {
  const started = performance.now();
  const crashed = await smoke(t, { at: "exit", action: "crash" });
  t.match(crashed.checks.at(-1), { id: "exit", status: "warn", detail: /SIGSEGV/ });
  const hung = await smoke(t, { at: "exit", action: "hang" });
  t.match(hung.checks.at(-1), { id: "exit", status: "warn", detail: /was killed/ });
  t.ok(performance.now() - started < 6000, "in time");
  t.same(smokeOutcome({ tokens: [crashed, hung] }), { result: "warn", exitCode: 0 });
});

test("a module without slots", async (t) => {
  const report = await smoke(t, { more: { FIXTURE_SLOTS: "0" } });
  t.match(failed(report), [{ id: "slots", detail: "no slot has a token" }]);
  t.equal(smokeOutcome({ tokens: [report] }).exitCode, 69);
});

test("two tokens with one label are not chosen between; a serial number does", async (t) => {
  const report = await smoke(t, { more: { FIXTURE_SLOTS: "2" } });
  t.match(failed(report), [{ id: "token", detail: /2 tokens.*1000.*1001/, hint: /serial/ }]);
  t.equal(smokeOutcome({ tokens: [report] }).exitCode, 1);
  t.notOk(calls().includes("C_Login"));
  t.same(
    failed(await smoke(t, { more: { FIXTURE_SLOTS: "2" }, request: { token: { serial: "1001" } } })),
    [],
  );
});

test("a label and a serial number are wanted both", async (t) => {
  const more = { FIXTURE_SLOTS: "2" };
  t.same(failed(await smoke(t, { more, request: { token: { label: "fixture", serial: "1001" } } })), []);
  const report = await smoke(t, { more, request: { token: { label: "other", serial: "1001" } } });
  t.match(failed(report), [
    { id: "token", detail: /no token with label "other" and serial number 1001; there are/ },
  ]);
});

test("a module whose tokens are none by their flags is not left without any", async (t) => {
  const report = await smoke(t, {
    more: { FIXTURE_SLOTS: "2", FIXTURE_FLAGS: "0xd" },
    request: { token: { only: true } },
  });
  t.match(failed(report), [{ id: "token", detail: /2 tokens/ }]);
  t.same(failed(await smoke(t, { more: { FIXTURE_FLAGS: "0xd" }, request: { token: { only: true } } })), []);
});

test("a token that is not there: those that are get named", async (t) => {
  const report = await smoke(t, { request: { token: { label: "other" } } });
  t.match(failed(report), [
    { id: "token", detail: /no token with label "other"; there are: "fixture" \(serial 1000\)/ },
  ]);
  t.equal(smokeOutcome({ tokens: [report] }).exitCode, 69);
});

for (const [name, flag] of [
  ["locked", "0x4000d"],
  ["final-try", "0x2000d"],
] as const) {
  test(`a ${name} token is never logged in to`, async (t) => {
    const report = await smoke(t, { more: { FIXTURE_FLAGS: flag } });
    t.match(failed(report), [{ id: "token-flags", detail: /no login was tried/ }]);
    t.notOk(calls().includes("C_Login"));
    t.equal(smokeOutcome({ tokens: [report] }).exitCode, 69);
  });
}

test("a wrong PIN is tried once", async (t) => {
  const report = await smoke(t, { at: "C_Login", action: "return", more: { FIXTURE_VALUE: "0xa0" } });
  t.match(failed(report), [{ id: "login", ckr: "CKR_PIN_INCORRECT", hint: /never|not tried again/ }]);
  t.equal(calls().filter((call) => call === "C_Login").length, 1);
  t.same(calls().slice(-3), ["C_CloseSession", "C_Finalize", "exit"], "and the module is left properly");
  t.equal(smokeOutcome({ tokens: [report] }).exitCode, 1);
});

const returned: readonly (readonly [string, string, string, string, number])[] = [
  ["C_Initialize", "0x05", "initialize", "CKR_GENERAL_ERROR", 1],
  ["C_OpenSession", "0x30", "session", "CKR_DEVICE_ERROR", 69],
  ["C_GetTokenInfo", "0xe1", "token", "CKR_TOKEN_NOT_RECOGNIZED", 69],
  ["C_Login", "0x80000042", "login", "CKR_VENDOR_DEFINED (0x80000042)", 1],
];

for (const [at, value, id, ckr, exitCode] of returned) {
  test(`${at} that returns ${ckr} says so, with a hint`, async (t) => {
    const report = await smoke(t, { at, action: "return", more: { FIXTURE_VALUE: value } });
    t.match(failed(report), [{ id, ckr, hint: /./ }]);
    t.equal(smokeOutcome({ tokens: [report] }).exitCode, exitCode);
  });
}

test("a module that cannot lock works without locking, with a warning", async (t) => {
  const report = await smoke(t, { at: "C_Initialize", action: "return", more: { FIXTURE_VALUE: "0x0a" } });
  t.match(failed(report), [{ id: "initialize", ckr: "CKR_CANT_LOCK" }], "this one refuses both ways");
  t.equal(calls().filter((call) => call === "C_Initialize").length, 2);
});

test("a wrong signature is found on the host, and the keys are destroyed all the same", async (t) => {
  const report = await smoke(t, { more: { FIXTURE_KEYS: "1" } });
  t.match(failed(report), [{ id: "sign-rsa", detail: /the signature is wrong/ }]);
  t.equal(calls().filter((call) => call === "C_DestroyObject").length, 2);
});

test("a search that never ends is ended", async (t) => {
  const report = await smoke(t, { more: { FIXTURE_ENDLESS: "1" } });
  t.equal(check(report, "find")?.detail, "more than 1000 objects");
});

test("token objects are named when the module dies before they are removed", async (t) => {
  const report = await smoke(t, {
    at: "C_Sign",
    action: "crash",
    more: { FIXTURE_KEYS: "1" },
    request: { proof: { tokenObjects: "always" } },
  });
  t.match(check(report, "leftovers"), { status: "warn", hint: /knetctl-smoke-[0-9a-f]{12}/ });
});

test("a function missing from the function list is named", async (t) => {
  const report = await smoke(t, { request: { module: modules.module("holes", ["-DHOLES=1"]) } });
  t.match(failed(report), [{ id: "random", detail: /SIGSEGV in C_GenerateRandom/ }]);
});

test("an abort ends the test at once, with everything it started", async (t) => {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort();
  }, 300);
  await t.rejects(smoke(t, { at: "C_Login", action: "hang", request: { signal: controller.signal } }), {
    code: "interrupted",
  });
  t.same(processesWithVariable("FIXTURE_RUN", run), []);
});

test("a module that closes every descriptor, the reports' too, fails clearly", async (t) => {
  const report = await smoke(t, { at: "C_GetInfo", action: "close" });
  t.match(failed(report), [{ id: "info" }]);
});

test("a login that was there before says nothing about the PIN", async (t) => {
  const report = await smoke(t, { at: "C_Login", action: "return", more: { FIXTURE_VALUE: "0x100" } });
  t.match(check(report, "login"), { status: "warn", detail: /the PIN is not proven/ });
  t.match(check(report, "signature"), { status: "fail", detail: /^the login was there before/ });
  t.strictSame([report.proven, smokeOutcome({ tokens: [report] }).exitCode], ["reached", 1]);
});
