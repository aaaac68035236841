import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "tap";
import { processMark } from "../../../src/host/processes/process-mark.js";
import { smokeTest } from "../../../src/pkcs11/test-token.js";
import { buildWorker } from "../../support/build-worker.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { fixtureModules } from "../../support/fixture-module.js";
import { processesWith } from "../../support/processes.js";

await ensureSandbox(import.meta.filename);
execFileSync("mount", ["-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]);

test("a module's daemon that hides ends with the smoke test", async (t) => {
  const worker = await buildWorker();
  const modules = fixtureModules();
  t.teardown(() => {
    worker.remove();
    modules.remove();
  });
  const seconds = `${process.pid}.25`;
  const report = await smokeTest({
    module: modules.module("hiding"),
    token: { only: true },
    pin: undefined,
    environment: { FIXTURE_AT: "C_GetInfo", FIXTURE_ACTION: "hidden", FIXTURE_SECONDS: seconds },
    workerPath: worker.path,
  });
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail"),
    [],
  );
  t.strictSame(processesWith(`sleep ${seconds}`), []);
  t.strictSame(
    readdirSync("/sys/fs/cgroup").filter((name) => name.startsWith(`knetctl-${processMark()}-`)),
    [],
    "nor its control group",
  );
});
