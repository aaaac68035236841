import t from "tap";
import { path } from "../../../src/host/path.js";
import type { Problem } from "../../../src/problem/problem.js";
import type { RunContext } from "../../../src/workflow/change-kind.js";
import type { RestartService } from "../../../src/workflow/change-kinds/restart-service.js";
import { restartServiceAt } from "../../../src/workflow/change-kinds/restart-service.js";
import { down, failed, ServiceHost, up, type Life } from "../../support/service-host.js";

const kind = restartServiceAt({ stable: 30, poll: 5, answer: 200 });
const change: RestartService = {
  step: "service",
  kind: "restart-service",
  path: path("/etc/systemd/system/amplia.service"),
  unit: "amplia.service",
  health: null,
  timeoutSeconds: 0.2,
  because: [path("/etc/x")],
};
const trying: Life = () => ({ ActiveState: "activating", SubState: "auto-restart", Result: "exit-code" });

function scene(life: Life, next: Life = up) {
  const host = new ServiceHost(life);
  host.next = next;
  const reports: string[] = [];
  const warnings: Problem[] = [];
  const run: RunContext = {
    host,
    folder: path("/var/lib/knetctl/runs/x"),
    number: 1,
    changes: [change],
    note: () => undefined,
    report: (text) => {
      reports.push(text);
    },
    warn: (problem) => {
      warnings.push(problem);
    },
  };
  return {
    host,
    run,
    reports,
    warnings,
    /** As the journal keeps it. */
    record: async (one = change) => kind.parsePrior(JSON.parse(JSON.stringify(await kind.record(one, run))))!,
    takeBack: async (prior: Awaited<ReturnType<typeof kind.record>>, one = change) => {
      await kind.undo(one, prior, run);
      await kind.settle?.(one, prior, run);
    },
  };
}

t.test("it is restarted, waited for, and said to be active", async (t) => {
  const { host, run, reports, record } = scene(up);
  await kind.perform(change, await record(), run);
  t.same(host.calls, ["reset-failed", "restart"]);
  t.same(reports, ["amplia.service is active (process 7)"]);
});

t.test(
  "a restart that fails says the unit's result and quotes nothing of the journal; one that hangs " +
    "says for how long",
  async (t) => {
    const { host, run, record } = scene(up, failed);
    const prior = await record();
    host.says = { exitCode: 1, stderr: "Job for amplia.service failed.\nNov 25 amplia[7]: Pin=1234\n" };
    const error: unknown = await kind.perform(change, prior, run).catch((caught: unknown) => caught);
    t.match(error, {
      code: "service-restart-failed",
      detail: "its result is exit-code",
      hint: /journalctl -u amplia\.service -n 50/,
    });
    t.notMatch(JSON.stringify(error), /1234/);
    host.says = { exitCode: null, timedOut: true };
    await t.rejects(kind.perform(change, prior, run), {
      code: "service-restart-timeout",
      detail: "systemctl restart did not end within 0.2 s",
    });
  },
);

t.test("a unit that is gone, or masked, since the plan is not restarted", async (t) => {
  const { host, run } = scene(up);
  host.load = "masked";
  await t.rejects(kind.record(change, run), { code: "service-unit-masked" });
  t.same(host.calls, []);
});

t.test(
  "one that was up goes on until all else is taken back, and is then started anew and awaited",
  async (t) => {
    const { host, run, reports, record } = scene(up);
    const prior = await record();
    await kind.perform(change, prior, run);
    host.calls.length = 0;
    await kind.undo(change, prior, run);
    t.same(host.calls, []);
    await kind.settle?.(change, prior, run);
    t.same(host.calls, ["reset-failed", "restart"]);
    t.equal(reports.at(-1), "amplia.service is active again, with its old settings (process 7)");
    t.same(await kind.observe(change, prior, run), { state: "before" });
  },
);

t.test("one whose restart was never begun is left alone", async (t) => {
  const { host, record, takeBack } = scene(up);
  await takeBack(await record());
  t.same(host.calls, []);
});

t.test("one that was down is stopped, and no failure of it is left behind", async (t) => {
  for (const next of [up, failed, trying]) {
    const { host, run, record, takeBack } = scene(down, next);
    const prior = await record();
    await kind.perform({ ...change, timeoutSeconds: 0.05 }, prior, run).catch(() => undefined);
    await takeBack(prior);
    t.equal(host.life, down);
    t.same(await kind.observe(change, prior, run), { state: "before" });
  }
});

t.test("one that had failed, and one that failed again and again, are left in that", async (t) => {
  const before = scene(failed);
  const prior = await before.record();
  await before.takeBack(prior);
  t.same(before.host.calls, [], "a failure from before is not wiped away");
  const again = scene(trying, trying);
  await again.takeBack(await again.record());
  t.same(again.host.calls, ["stop", "start"]);
  t.ok(
    again.host.commandLines.some(([verb, ...options]) => verb === "start" && options.includes("--no-block")),
    "and not waited for",
  );
});

t.test(
  "one that does not come up again as it was is said not to be restored, with what is wrong; trying " +
    "again mends it",
  async (t) => {
    const { host, run, record, takeBack } = scene(up);
    const prior = await record();
    await kind.perform(change, prior, run);
    host.next = failed;
    await t.rejects(takeBack(prior), {
      code: "service-not-restored",
      detail: /is not active: it is failed/,
      hint: /journalctl/,
    });
    t.same(await kind.observe(change, prior, run), { state: "partly" });
    host.next = up;
    await takeBack(prior);
    t.same(await kind.observe(change, prior, run), { state: "before" });
  },
);

t.test("one that did not answer before need not answer when it is up again", async (t) => {
  const asked = { ...change, health: "http://127.0.0.1:1/" };
  const { run, record, takeBack } = scene(up);
  const prior = await record(asked);
  t.notOk(prior.answered);
  await kind.perform(asked, prior, run);
  await takeBack(prior, asked);
  await t.rejects(takeBack({ ...prior, invocation: "", answered: true }, asked), {
    code: "service-not-restored",
    detail: /does not answer as it should/,
  });
});

t.test("one that did not answer before is told not to, and that is not held against the run", async (t) => {
  const asked = { ...change, health: "http://127.0.0.1:1/" };
  const { run, record, warnings } = scene(up);
  const prior = await record(asked);
  await t.rejects(kind.perform(asked, { ...prior, answered: true }, run), { code: "service-unhealthy" });
  t.same(warnings, []);
  await kind.perform(asked, prior, run);
  t.match(warnings, [
    { code: "service-unhealthy", severity: "warning", detail: /; it did not answer before this run either$/ },
  ]);
});

t.test("nor is one that was down or failing before, whatever comes of its start", async (t) => {
  for (const before of [down, failed, trying])
    for (const next of [failed, trying]) {
      const { host, run, record, warnings } = scene(before, next);
      await kind.perform({ ...change, timeoutSeconds: 0.05 }, await record(), run);
      t.match(warnings, [{ severity: "warning", detail: /it was not up before this run either$/ }]);
      t.ok(host.calls.includes("restart"));
    }
});

t.test("one that was up and does not come up again is held against the run, healthy or not", async (t) => {
  const { run, record, warnings } = scene(up, failed);
  const asked = { ...change, health: "http://127.0.0.1:1/" };
  await t.rejects(kind.perform(asked, await record(asked), run), { code: "service-not-active" });
  t.same(warnings, []);
});

t.test(
  "without a service manager nothing of it runs: nothing to stop, and what was up is not back",
  async (t) => {
    const { host, run, record } = scene(up);
    const prior = await record();
    Object.assign(host, { root: path("/srv/image") });
    await kind.undo(change, { ...prior, was: "down" }, run);
    t.same(await kind.observe(change, { ...prior, was: "down" }, run), { state: "before" });
    t.same(await kind.observe(change, prior, run), { state: "partly" });
  },
);

t.test("what cannot be looked at is nobody's work that could be lost", async (t) => {
  const { host, run, record } = scene(up);
  const prior = await record();
  host.shows = { timedOut: true };
  t.same(await kind.observe(change, prior, run), { state: "partly" });
});

t.test("the commands by hand, and prior states that nobody wrote so", async (t) => {
  const { run, record } = scene(up);
  const prior = await record();
  t.same(
    [kind.byHand(change, prior, run), kind.byHand(change, { ...prior, was: "down" }, run)],
    [["systemctl restart amplia.service"], ["systemctl stop amplia.service"]],
  );
  for (const json of [
    null,
    {},
    { ...prior, was: "off" },
    { ...prior, failed: 1 },
    { ...prior, invocation: 1 },
    { was: "up" },
  ])
    t.equal(kind.parsePrior(json), undefined);
});

t.test(
  "a record that came with an image has nothing of this machine's services asked, started or stopped",
  async (t) => {
    class Image extends ServiceHost {
      override readonly root = path("/srv/image");
    }
    for (const was of ["up", "trying", "down"] as const) {
      const host = new Image(up);
      const run: RunContext = {
        host,
        folder: path("/var/lib/knetctl/runs/x"),
        number: 1,
        changes: [change],
        recovering: true,
        note: () => undefined,
        report: () => undefined,
      };
      const prior = { was, failed: false, invocation: "another", answered: true };
      await kind.observe(change, prior, run);
      await kind.undo(change, prior, run);
      await kind.settle?.(change, prior, run);
      t.same(host.commandLines, [], was);
      t.same(kind.byHand(change, prior, run), []);
    }
  },
);
