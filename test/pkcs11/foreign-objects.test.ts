import { execFileSync } from "node:child_process";
import t, { test } from "tap";
import { smokeOutcome } from "../../src/pkcs11/report.js";
import { smokeTest, testToken } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import type { CheckResult, TokenReport } from "../../src/pkcs11/report.js";
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

const request = { token: { label: "production" }, pin: new Secret(userPin), workerPath: worker.path };
const tool = (...args: readonly string[]) =>
  execFileSync(
    "pkcs11-tool",
    ["--module", soft.module, "--token-label", "production", "--login", "--pin", userPin, ...args],
    { env: { PATH: "/usr/bin", ...soft.environment }, stdio: "pipe" },
  );
tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "ca", "--id", "01");
tool("--keypairgen", "--key-type", "EC:prime256v1", "--label", "tsa", "--id", "02");

/** Every object on the token, by the module itself. */
async function onToken(): Promise<readonly string[]> {
  const { inventory } = await testToken("inventory", {
    ...request,
    module: soft.module,
    environment: soft.environment,
  });
  return (inventory?.objects ?? []).map((object) => `${object.class} ${object.label} ${object.id}`).sort();
}

const production = await onToken();

/** The smoke test with a module that lies in this way. */
function smoke(lies: Readonly<Record<string, string>>, tokenObjects = false): Promise<TokenReport> {
  return smokeTest({
    ...request,
    module: wrapping,
    proof: { tokenObjects: tokenObjects ? "always" : "never" },
    environment: wrapped(soft, lies),
  });
}

const check = (report: TokenReport, id: string): CheckResult | undefined =>
  report.checks.find((one) => one.id === id);
const exitCode = (report: TokenReport): number => smokeOutcome({ tokens: [report] }).exitCode;

test("there are keys of others to lose, and a module that tells the truth passes", async (t) => {
  t.strictSame(production, [
    "private-key ca 01",
    "private-key tsa 02",
    "public-key ca 01",
    "public-key tsa 02",
  ]);
  const report = await smoke({});
  t.strictSame(
    report.checks.filter(({ status }) => status !== "pass" && status !== "info"),
    [],
  );
});

test("a search that ignores the label costs nobody a key", async (t) => {
  for (const tokenObjects of [false, true]) {
    const report = await smoke({ WRAP_SEARCH: "all" }, tokenObjects);
    t.match(check(report, "destroy"), { status: "pass", detail: "5 objects" });
    t.match(check(report, "leftovers"), {
      status: "warn",
      detail: /: 4 that are not of this run were left alone$/,
    });
    t.equal(exitCode(report), 0);
    t.strictSame(await onToken(), production);
  }
});

test("handles that are other objects' once one is destroyed cost nobody a key", async (t) => {
  const report = await smoke({ WRAP_DESTROY: "renumber" });
  t.match(check(report, "destroy"), { status: "fail", detail: /no more were destroyed: 1 of 5 objects$/ });
  t.match(check(report, "leftovers"), { status: "fail", detail: /^4 objects were left/ });
  t.equal(exitCode(report), 1);
  t.strictSame(await onToken(), production);
});

test("what a module only pretends to destroy is found by its label and ID, and removed", async (t) => {
  const report = await smoke({ WRAP_SEARCH: "all", WRAP_DESTROY: "pretend" }, true);
  t.match(check(report, "leftovers"), {
    status: "warn",
    detail: /^5 objects were left over, and have now been removed; .*: 4 that are not of this run/,
  });
  t.strictSame(await onToken(), production);
});

const lies: readonly (readonly [string, Readonly<Record<string, string>>, string, RegExp])[] = [
  [
    "a search that does not end",
    { WRAP_SEARCH: "endless" },
    "leftovers",
    /does not end: nothing was destroyed/,
  ],
  [
    "a search that gives the handle 0",
    { WRAP_SEARCH: "zero" },
    "leftovers",
    /the handle 0: nothing was destroyed/,
  ],
  [
    "a search that gives more than there is room for",
    { WRAP_SEARCH: "flood" },
    "find",
    /gave 101 objects where 100 were asked for/,
  ],
  [
    "more objects of this run than it had made",
    { WRAP_SEARCH: "all", WRAP_NAMES: "ours" },
    "leftovers",
    /than it made: nothing was destroyed/,
  ],
  ["a made object with the handle 0", { WRAP_MAKE: "zero" }, "destroy", /handle 0 .*: nothing was destroyed/],
  [
    "a made pair with one handle",
    { WRAP_MAKE: "twin" },
    "destroy",
    /one handle for two objects: nothing was destroyed/,
  ],
  [
    "made objects with the handles of others",
    { WRAP_MAKE: "foreign" },
    "destroy",
    /handle of another object .*: nothing was destroyed/,
  ],
];

for (const [name, lie, id, detail] of lies) {
  test(`${name}: a failure, and the keys of others stay`, async (t) => {
    const report = await smoke(lie);
    t.match(check(report, id), { status: "fail", detail });
    t.equal(exitCode(report), 1);
    t.strictSame(await onToken(), production);
  });
}

for (const names of ["none", "short"]) {
  test(
    `objects that do not give their names (${names}) are left alone, and named where they outlive the ` +
      "session",
    async (t) => {
      const passed = await smoke({ WRAP_NAMES: names });
      t.match(check(passed, "destroy"), { status: "warn", detail: /^5 of 5 objects were left alone: / });
      t.equal(exitCode(passed), 0);
      const before = await onToken();
      const report = await smoke({ WRAP_NAMES: names }, true);
      t.match(check(report, "destroy"), { status: "fail", hint: /labelled knetctl-smoke-[0-9a-f]{12} / });
      t.match(check(report, "leftovers"), {
        status: "fail",
        detail: /^5 objects found by this run's label do not report .*, and were left alone$/,
      });
      const after = await onToken();
      t.strictSame(
        before.filter((object) => !after.includes(object)),
        [],
      );
    },
  );
}
