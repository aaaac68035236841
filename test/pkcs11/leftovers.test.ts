import { execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import t, { test } from "tap";
import { Problem } from "../../src/problem/problem.js";
import { verdict } from "../../src/pkcs11/verdict.js";
import { Secret } from "../../src/problem/secret.js";
import type { CheckResult, TokenReport } from "../../src/pkcs11/report.js";
import { removeLeftovers, smokeTest, type SmokeRequest, testToken } from "../../src/pkcs11/test-token.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";
import { softTokens, userPin, wrapped } from "../support/soft-token.js";

const worker = await buildWorker();
const modules = fixtureModules();
const wrapping = modules.wrapping();
const soft = softTokens("production");

t.teardown(() => {
  worker.remove();
  modules.remove();
  soft.remove();
});

const tool = (...args: readonly string[]): string =>
  execFileSync(
    "pkcs11-tool",
    ["--module", soft.module, "--token-label", "production", "--login", "--pin", userPin, ...args],
    { env: { PATH: "/usr/bin", ...soft.environment }, stdio: "pipe" },
  ).toString();
tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "ca", "--id", "01");

const request = (lies: Readonly<Record<string, string>> = {}): SmokeRequest => ({
  module: wrapping,
  token: { label: "production" },
  pin: new Secret(userPin),
  workerPath: worker.path,
  environment: wrapped(soft, lies),
});
const always = { proof: { tokenObjects: "always" as const } };
const check = ({ checks }: TokenReport, id: string): CheckResult | undefined =>
  checks.find((one) => one.id === id);

/** The labels of the objects on the token, by the module itself. */
async function onToken(): Promise<readonly string[]> {
  const { inventory } = await testToken("inventory", { ...request(), proof: { tokenObjects: "never" } });
  return (inventory?.objects ?? []).map(({ label }) => label).sort();
}

const labelIn = (text = ""): string => /knetctl-smoke-[0-9a-f]{12}/.exec(text)?.[0] ?? "";

test("what a crash leaves is told with a command that removes just that, and by the next run", async (t) => {
  const report = await smokeTest({ ...request({ WRAP_CRASH: "C_VerifyInit" }), ...always });
  const left = check(report, "leftovers");
  t.match(left, { status: "warn", detail: /^not looked for: objects labelled knetctl-smoke-/ });
  const label = labelIn(left?.detail);
  t.match(
    left?.hint,
    `--token-label production --env SOFTHSM2_CONF=${soft.environment["SOFTHSM2_CONF"] ?? ""} `,
  );
  t.match(left?.hint, `--pin-prompt --remove-leftovers ${label}`);
  t.strictSame(await onToken(), ["ca", "ca", label, label, label, label]);

  const next = await smokeTest(request());
  t.match(check(next, "signing-keys"), {
    status: "warn",
    detail: /has not ended, or could not/,
    hint: label,
  });
  t.strictSame(next.keys, [{ label: "ca", id: "01", type: "EC" }], "they are nobody's signing keys");
  t.match(check(next, "sign-existing"), { status: "pass", detail: /^"ca" / });
  t.equal((await onToken()).length, 6, "nothing is removed that is not asked for");

  const other = await removeLeftovers({ ...request(), leftBy: "knetctl-smoke-000000000000" });
  t.match(check(other, "leftovers"), { status: "pass", detail: "none" });
  t.equal(other.unsigned, undefined, "it was not to sign");
  t.equal(verdict({ tokens: [other] }), 'token "production": no object of that test is on it');
  tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", label, "--id", "05");
  const removed = await removeLeftovers({ ...request({ WRAP_SEARCH: "all" }), leftBy: label });
  t.match(check(removed, "leftovers"), {
    status: "pass",
    detail: new RegExp(
      "^4 objects were left over, and have now been .*; 2 more have only the run's label or one of its IDs",
    ),
  });
  t.match(verdict({ tokens: [removed] }), /^token "production": 4 objects were left over/);
  t.strictSame(await onToken(), ["ca", "ca", label, label], "the label alone is not enough");
});

test("what gives the label and ID of an earlier run to everything loses nothing", async (t) => {
  const before = await onToken();
  const report = await removeLeftovers({
    ...request({ WRAP_SEARCH: "all", WRAP_NAMES: "ours" }),
    leftBy: "knetctl-smoke-000000000000",
  });
  t.match(check(report, "leftovers"), { status: "warn" });
  t.strictSame(await onToken(), before);
});

test("no other label is one of ours", async (t) => {
  for (const leftBy of [
    "ca",
    "",
    "knetctl-smoke-",
    "knetctl-smoke-00000000000g",
    "knetctl-smoke-0000000000000",
  ])
    await t.rejects(removeLeftovers({ ...request(), leftBy }), { code: "smoke-label-foreign" });
});

test("an interrupted test names what it may have left on the token", async (t) => {
  const controller = new AbortController();
  const labels = (): readonly string[] => tool("--list-objects").match(/knetctl-smoke-[0-9a-f]{12}/g) ?? [];
  const before = new Set(labels());
  const running = smokeTest({
    ...request({ WRAP_HANG: "C_VerifyInit" }),
    ...always,
    signal: controller.signal,
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  // both pairs are there when the first is verified by the module, which hangs then; SoftHSM does not show a
  // token to others at a moment in which it writes it
  const made = (): number => {
    try {
      return labels().filter((label) => !before.has(label)).length;
    } catch {
      return 0;
    }
  };
  for (let tries = 0; tries < 200 && made() < 4; tries++) await delay(50);
  controller.abort();
  const problem = await running;
  t.ok(problem instanceof Problem);
  if (!(problem instanceof Problem)) return;
  t.match(problem, {
    code: "interrupted",
    detail: /^objects labelled knetctl-smoke-/,
    hint: /--remove-leftovers/,
  });
  const leftBy = labelIn(problem.detail);
  t.match(check(await removeLeftovers({ ...request(), leftBy }), "leftovers"), { status: "pass" });
  t.notOk((await onToken()).includes(leftBy));
});
