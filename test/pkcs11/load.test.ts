import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t, { test } from "tap";
import { smokeTest, type SmokeRequest } from "../../src/pkcs11/test-token.js";
import { Secret } from "../../src/problem/secret.js";
import type { TokenReport } from "../../src/pkcs11/report.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";

const worker = await buildWorker();
const modules = fixtureModules();

t.teardown(() => {
  worker.remove();
  modules.remove();
});

function smoke(request: Partial<SmokeRequest>): Promise<TokenReport> {
  const module = join(modules.folder, "missing.so");
  return smokeTest({
    module,
    token: { label: "fixture" },
    pin: new Secret("pin-0451"),
    workerPath: worker.path,
    ...request,
  });
}

test("what is no PKCS #11 module, or does not load here, says what is missing", async (t) => {
  const text = join(modules.folder, "text.so");
  writeFileSync(text, "not a library at all\n", { mode: 0o644 });
  const dependent = modules.module(
    "dependent",
    ["-DDEPENDENT"],
    [modules.dependency("libfixture.so.3", "FIXTURE_1")],
  );
  modules.dependency("libfixture.so.3", "FIXTURE_2");
  const loads: readonly (readonly [string, RegExp])[] = [
    [modules.module("no-entry", ["-DNO_ENTRY"]), /no C_GetFunctionList/],
    [modules.module("undefined", ["-DUNDEFINED"]), /the symbol function_that_no_library_has/],
    [dependent, /version FIXTURE_1 is not in .*libfixture\.so\.3/],
    [text, /is not a shared library/],
    [join(modules.folder, "missing.so"), /missing\.so was not found/],
    ["libknetctl-no-such-module.so", /libknetctl-no-such-module\.so was not found/],
    [modules.folder, /modules-/],
  ];
  for (const [module, detail] of loads) {
    const report = await smoke({ module });
    t.match(report.checks, [{ id: "load", status: "fail", detail }]);
    t.equal(report.checks.length, 1, "and nothing else is tried");
  }
  rmSync(join(modules.folder, "libfixture.so.3"));
  const report = await smoke({ module: dependent });
  t.match(report.checks, [
    { id: "load", detail: /libfixture\.so\.3, which .* needs, was not found/, hint: /package/ },
  ]);
});

test("a relative path is refused before anything is started", async (t) => {
  await t.rejects(smoke({ module: "./module.so" }), { code: "smoke-module-relative" });
});

test("a missing addon is a clear error of the smoke test alone", async (t) => {
  const alone = join(modules.folder, "worker.cjs");
  copyFileSync(worker.path, alone);
  await t.rejects(smoke({ workerPath: alone }), {
    code: "pkcs11-addon-missing",
    hint: /npm rebuild pkcs11js/,
  });
});

test("a worker that is not there is a clear error", async (t) => {
  await t.rejects(smoke({ workerPath: join(modules.folder, "no-worker.cjs") }), {
    code: "smoke-worker-failed",
    message: /missing/,
  });
});

test("a module gets its own libraries, not those inside node", async (t) => {
  const module = modules.module(
    "own",
    ["-DDEPENDENT"],
    [modules.dependency("libfixture-own.so", "FIXTURE_1")],
  );
  const report = await smoke({ module });
  t.match(
    report.checks.find(({ id }) => id === "info"),
    { detail: /FIXTURE'S OWN/ },
  );
});

test("so does what a module loads itself, however it takes the wrong ones", async (t) => {
  const own = modules.module("own", ["-DDEPENDENT"], [modules.dependency("libfixture-own.so", "FIXTURE_1")]);
  const module = modules.wrapping();
  for (const how of [{}, { FIXTURE_FOREIGN: "abort" }]) {
    const environment = { WRAP_MODULE: own, WRAP_PLAIN: "1", ...how };
    const report = await smoke({ module, token: { only: true }, environment });
    const found = (id: string): unknown => report.checks.find((check) => check.id === id);
    t.match(found("info"), { detail: /FIXTURE'S OWN/ });
    t.match(found("libraries"), { status: "pass", detail: /^loaded first: .*own\.so$/ });
    t.match(found("login"), { status: "pass" });
  }
});
