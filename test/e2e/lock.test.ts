import t from "tap";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { holdLock } from "../support/hold-lock.js";
import { knetctl, knetctlJson } from "../support/knetctl.js";
import { provisioning } from "../support/provisioning.js";

await ensureSandbox(import.meta.filename);

const { profile, cluster } = await provisioning({ vhsms: 1 });
t.teardown(() => cluster.stop());

t.test("a second run exits 75 and changes nothing", async (t) => {
  await knetctl(["apply", "--no-smoke-test", profile]);
  const release = await holdLock(30);
  const { exitCode, document } = await knetctlJson(["apply", profile]);
  release();
  t.equal(exitCode, 75);
  t.match(document.problems, [{ code: /lock/ }]);
});

t.test("plan and verify need no lock", async (t) => {
  const release = await holdLock(30);
  t.equal((await knetctl(["plan", profile])).exitCode, 0);
  release();
});

t.test("--lock-timeout waits for the holder", async (t) => {
  await holdLock(1);
  const { exitCode, stderr } = await knetctl(["apply", "--no-smoke-test", "--lock-timeout", "10", profile]);
  t.equal(exitCode, 0, stderr);
});

t.test("a killed holder leaves no lock behind", async (t) => {
  (await holdLock(30))();
  t.equal((await knetctl(["apply", "--no-smoke-test", profile])).exitCode, 0);
});

t.test("many runs at once: one at a time, none broken", async (t) => {
  const runs = await Promise.all(
    Array.from({ length: 6 }, () => knetctl(["apply", "--no-smoke-test", "--lock-timeout", "60", profile])),
  );
  t.same(
    runs.map(({ exitCode }) => exitCode),
    Array.from({ length: 6 }, () => 0),
    runs.map(({ stderr }) => stderr).join(""),
  );
});
