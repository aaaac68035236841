import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t, { test } from "tap";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { openStage } from "../../../src/host/stage/stage.js";
import { smokeTest } from "../../../src/pkcs11/test-token.js";
import { Secret } from "../../../src/problem/secret.js";
import { buildWorker } from "../../support/build-worker.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { fixtureModules } from "../../support/fixture-module.js";
import { processesWithVariable } from "../../support/processes.js";

await ensureSandbox(import.meta.filename);

execFileSync("/usr/sbin/useradd", ["--system", "--home-dir", "/srv", "--no-create-home", "smoke-svc"]);
const id = (flag: string): number => Number(execFileSync("id", [flag, "smoke-svc"], { encoding: "utf8" }));
const identity = { user: "smoke-svc", uid: id("-u"), gid: id("-g"), home: "/srv" };
const worker = await buildWorker();
const modules = fixtureModules();
const module = modules.module("staged");
const theirs = "/srv/theirs";
mkdirSync(theirs);
execFileSync("chown", ["smoke-svc", theirs]);
const stage = await openStage(realHost(path("/")));

t.teardown(async () => {
  await stage.close();
  worker.remove();
  modules.remove();
});

test("led into a stage the worker is the service user there and writes nothing outside", async (t) => {
  const report = await smokeTest({
    module,
    token: { only: true },
    pin: new Secret("pin-canary-98"),
    identity,
    environment: { FIXTURE_WHO: join(theirs, "who") },
    enter: stage.host.enter,
    workerPath: worker.path,
    proof: { atLeast: "logged-in" },
  });
  t.strictSame(
    report.checks.filter(({ status }) => status === "fail"),
    [],
  );
  const who = readFileSync(join(stage.opener, theirs, "who"), "utf8");
  t.match(who, new RegExp(`^uid ${identity.uid} ${identity.uid} gid ${identity.gid} ${identity.gid}$`, "m"));
  t.notOk(existsSync(join(theirs, "who")));
});

test("what a module loads gets the libraries of the stage, not those inside node", async (t) => {
  const own = modules.module("own", ["-DDEPENDENT"], [modules.dependency("libfixture-own.so", "FIXTURE_1")]);
  const report = await smokeTest({
    module: modules.wrapping(),
    token: { only: true },
    pin: undefined,
    identity,
    environment: { WRAP_MODULE: own, WRAP_PLAIN: "1" },
    enter: stage.host.enter,
    workerPath: worker.path,
  });
  const found = (id: string): unknown => report.checks.find((check) => check.id === id);
  t.match(found("info"), { detail: /FIXTURE'S OWN/ });
  t.match(found("libraries"), { status: "pass", detail: /own\.so/ });
});

test("in a stage too it is ended at the time-out, with all of its group", async (t) => {
  const mark = `${process.pid}.staged`;
  const report = await smokeTest({
    module,
    token: { only: true },
    pin: undefined,
    identity,
    environment: { FIXTURE_AT: "C_Initialize", FIXTURE_ACTION: "hang", FIXTURE_MARK: mark },
    timeoutMs: 1500,
    enter: stage.host.enter,
    workerPath: worker.path,
    proof: { atLeast: "logged-in" },
  });
  t.match(report.checks.find(({ status }) => status === "fail")?.id, "initialize");
  t.strictSame(processesWithVariable("FIXTURE_MARK", mark), []);
});
