import t from "tap";
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { loadedUnit } from "../../../src/host/unit/loaded-unit.js";
import { forgetful } from "../../../src/pkcs11/refused-pins/refused-pins.js";
import { serviceUnit } from "../../../src/pkcs11/unit/service-unit.js";
import { testInUnit } from "../../../src/pkcs11/unit/test-in-unit.js";
import { Secret } from "../../../src/problem/secret.js";
import { buildWorker } from "../../support/build-worker.js";
import { leftProofUnits } from "../../support/proof-units.js";
import { ensureSystemd } from "../../support/real-systemd.js";
import { softTokens, userPin } from "../../support/soft-token.js";

await ensureSystemd(import.meta.filename);

const soft = softTokens("service");
execFileSync("chmod", ["-R", "a+rwX", soft.folder]);
const worker = await buildWorker();
t.teardown(() => {
  worker.remove();
  soft.remove();
});
const host = realHost(path("/"));
const configuration = soft.environment["SOFTHSM2_CONF"] ?? "";

/** What the application (pkcs11-tool) and the test say, in a unit with these lines. */
async function verdicts(...lines: readonly string[]) {
  const program = `/usr/bin/pkcs11-tool --module ${soft.module} --token-label service --login`;
  writeFileSync(
    "/etc/systemd/system/soft.service",
    `[Service]\nType=oneshot\nExecStart=${program} --pin env:APP_PIN --list-objects\n` +
      `Environment=SOFTHSM2_CONF=${configuration}\nEnvironment="APP_PIN=${userPin}"\n${lines.join("\n")}\n`,
  );
  execFileSync("systemctl", ["daemon-reload"]);
  let works = true;
  try {
    execFileSync("systemctl", ["start", "soft.service"], { stdio: "ignore" });
  } catch {
    works = false;
  }
  const unit = await loadedUnit(host, "soft.service");
  if (unit === undefined) throw new Error("the unit is not loaded");
  const test = await testInUnit(serviceUnit(host, unit), {
    module: soft.module,
    token: { label: "service" },
    pin: new Secret(userPin),
    refusedPins: forgetful,
    workerPath: worker.path,
    addresses: [],
  });
  const failed = test.report?.checks.filter(({ status }) => status === "fail").map(({ id }) => id);
  return { works, failed, problems: test.problems.map(({ code, message }) => `${code}: ${message}`) };
}

t.test("a user that exists only while the unit runs, with its own walls", async (t) => {
  const { works, failed, problems } = await verdicts(
    "DynamicUser=yes",
    `ReadWritePaths=${soft.folder}`,
    `BindPaths=${soft.folder}`,
  );
  t.same([works, failed, problems], [true, [], []]);
});

t.test("what ends Node is left out, and that is said", async (t) => {
  const { works, failed, problems } = await verdicts("User=nobody", "MemoryDenyWriteExecute=yes");
  t.same([works, failed], [true, []]);
  t.same(problems, ["smoke-unit-partly: the test ran without some properties of soft.service"]);
});

t.test("a process that cannot be set up is the unit's fault, and the property is named", async (t) => {
  const { works, failed, problems } = await verdicts("User=nobody", "WorkingDirectory=/nonexistent");
  t.same([works, failed], [false, undefined]);
  t.match(problems, [/in-the-way: .*because of WorkingDirectory=\/nonexistent$/]);
});

t.test("nothing is left", async (t) => {
  t.same(
    readdirSync("/run").filter((name) => name.startsWith("knetctl-")),
    [],
  );
  t.equal(await leftProofUnits(), "");
});
