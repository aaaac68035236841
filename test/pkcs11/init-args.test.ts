import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t, { test } from "tap";
import type { TokenReport } from "../../src/pkcs11/report.js";
import { smokeTest } from "../../src/pkcs11/test-token.js";
import { buildWorker } from "../support/build-worker.js";
import { fixtureModules } from "../support/fixture-module.js";

const modules = fixtureModules();
const worker = await buildWorker();
const folder = mkdtempSync(join(tmpdir(), "init-args-"));

t.teardown(() => {
  worker.remove();
  modules.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** NSS's own module, where Debian or Ubuntu puts it. */
const module =
  readdirSync("/usr/lib")
    .flatMap((name) => [`/usr/lib/${name}/libsoftokn3.so`, `/usr/lib/${name}/nss/libsoftokn3.so`])
    .find((path) => existsSync(path)) ?? "";

function smoke(initArgs?: string): Promise<TokenReport> {
  return smokeTest({
    module,
    token: { label: "NSS Certificate DB" },
    pin: undefined,
    ...(initArgs !== undefined && { initArgs }),
    workerPath: worker.path,
  });
}

const check = (report: TokenReport, id: string): unknown => report.checks.find((one) => one.id === id);

const takesNone = (report: TokenReport): boolean =>
  report.checks.some(({ id, status }) => id === "initialize" && status === "pass");

test("a module that wants library parameters says so, and gets them to their last character", async (t) => {
  const without = await smoke();
  // NSS 3.110, in Debian 13, then begins without a database of its own
  if (!takesNone(without))
    t.match(check(without, "initialize"), { status: "fail", ckr: "CKR_ARGUMENTS_BAD", hint: /--init-args/ });
  t.notOk(existsSync(join(folder, "cert9.db")), "and no database was made");
  const base = "certPrefix='' keyPrefix='' secmod='secmod.db' flags= updatedir='' configdir=";
  const report = await smoke(`${base}sql:${folder}`);
  t.match(check(report, "initialize"), { status: "pass" });
  t.match(check(report, "token"), { status: "pass", detail: /Mozilla/ });
  t.ok(existsSync(join(folder, "cert9.db")), "in the very folder that was named");
});

test("a module that refuses what C_Initialize got says so, whatever NSS does", async (t) => {
  const report = await smokeTest({
    module: modules.module("wants-parameters"),
    token: { only: true },
    pin: undefined,
    environment: { FIXTURE_AT: "C_Initialize", FIXTURE_ACTION: "return", FIXTURE_VALUE: "7" },
    workerPath: worker.path,
  });
  t.match(check(report, "initialize"), { status: "fail", ckr: "CKR_ARGUMENTS_BAD", hint: /--init-args/ });
});
