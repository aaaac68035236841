import { readFileSync } from "node:fs";
import { join } from "node:path";
import t, { test } from "tap";
import { smokeTest } from "../../../src/pkcs11/test-token.js";
import { buildWorker } from "../../support/build-worker.js";
import { fixtureModules } from "../../support/fixture-module.js";

const worker = await buildWorker();
const modules = fixtureModules();

t.teardown(() => {
  worker.remove();
  modules.remove();
});

test("Node's debugger, which SIGUSR1 opens to every local user, is not opened in the worker", async (t) => {
  const log = join(modules.folder, "calls");
  const environment = { FIXTURE_AT: "C_GenerateRandom", FIXTURE_ACTION: "debug", FIXTURE_LOG: log };
  await smokeTest({
    module: modules.module("misbehaving"),
    token: { label: "fixture" },
    pin: undefined,
    environment,
    workerPath: worker.path,
  });
  const calls = readFileSync(log, "utf8").split("\n");
  t.equal(calls.filter((call) => call === "C_GenerateRandom").length, 2, "between these it would have begun");
  t.notOk(calls.includes("listening"));
});
