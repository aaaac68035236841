import t from "tap";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { hostState } from "../support/host-state.js";
import { knetctl, knetctlJson, knetctlScript } from "../support/knetctl.js";
import { eventually, reached } from "../support/processes.js";
import { configFile } from "../support/provisioning.js";
import { applied, entriesOf, planned, serviceScene, unit, verified } from "../support/service-scene.js";
import type { Mode } from "../support/stand-in-service.js";

await ensureSandbox(import.meta.filename);

const { service, application, health, quiet, info, ...scene } = await serviceScene();
t.teardown(() => {
  scene.stop();
});
const fresh = hostState();
const withNewSettings = { holds: "info", file: configFile };

t.test(
  "52: a service that was down before does not start: that does not make the run fail, and a rollback " +
    "stops it, so that its account can go, and nothing is left",
  async (t) => {
    service.does("flap");
    const { exitCode, outcome, problems, run } = await applied(quiet);
    t.same([exitCode, outcome], [0, "applied"]);
    t.match(problems, [
      { code: "service-flapping", severity: "warning", detail: /it was not up before this run either$/ },
    ]);
    t.equal((await knetctl(["rollback", run ?? ""])).exitCode, 0);
    t.equal(service.now(), "inactive");
    t.same(service.calls(), [`reset-failed ${unit}`, `restart ${unit}`, `stop ${unit}`]);
    t.throws(() => execFileSync("id", ["amplia"], { stdio: "ignore" }), "the account is gone");
    t.equal(hostState(), fresh);
  },
);

t.test(
  "the service is restarted when its settings change, late though it may come, and what answers is " +
    "said; not otherwise",
  async (t) => {
    service.does("late");
    const { exitCode, outcome, reports } = await applied(quiet, { health });
    t.same([exitCode, outcome], [0, "applied"]);
    t.same(reports, ["amplia.service is active (process 4242); Amplia 4.9.0 answers"]);
    t.same(service.calls(), [`reset-failed ${unit}`, `restart ${unit}`]);
    const start = service.start();
    t.match(await applied(quiet, { health }), { outcome: "unchanged", run: null });
    t.equal((await knetctl(["verify", "--no-smoke-test", quiet])).exitCode, 0);
    t.same([service.start(), service.calls()], [start, []]);
  },
);

interface Danger {
  readonly does?: Mode;
  readonly answers?: 500 | "silence";
  readonly readsAtOnce?: true;
  readonly code: string;
  readonly exitCode: number;
}

const dangers: Readonly<Record<string, Danger>> = {
  "fails on restart": { does: "fail", code: "service-restart-failed", exitCode: 1 },
  "hangs on restart": { does: "hang", code: "service-restart-timeout", exitCode: 1 },
  "flaps after the restart": { does: "flap", code: "service-flapping", exitCode: 1 },
  "is active, and answers that it is not well": { answers: 500, code: "service-unhealthy", exitCode: 69 },
  "is not well before it is restarted": {
    answers: 500,
    readsAtOnce: true,
    code: "service-unhealthy",
    exitCode: 69,
  },
  "is active, and does not answer": { answers: "silence", code: "service-unhealthy", exitCode: 69 },
};

for (const [what, danger] of Object.entries(dangers)) {
  t.test(
    `52: with the new settings the service ${what}: rolled back, and up again with the old ones`,
    async (t) => {
      const [state, inode, start] = [hostState(), statSync(configFile).ino, service.start()];
      service.does(danger.does ?? "well", withNewSettings);
      application.bad = danger.answers;
      application.readsAtOnce = danger.readsAtOnce === true;
      const { exitCode, outcome, problems, run, reports } = await applied(info, { seconds: 1, health });
      t.same(
        [exitCode, outcome, problems.map(({ code }) => code)],
        [danger.exitCode, "rolled-back", [danger.code]],
        JSON.stringify(problems),
      );
      t.equal(hostState(), state, "files are as before");
      t.not(statSync(configFile).ino, inode, "and had been others");
      t.not(service.start(), start, "the service was started anew");
      t.match(service.now(), /^(late|well)$/);
      t.equal(service.calls().filter((call) => call === `restart ${unit}`).length, 2);
      t.match(reports.at(-1), "active again, with its old settings (process 4242); Amplia 4.9.0 answers");
      t.same(
        entriesOf(run),
        ["begin", "intent 1", "done 1", "intent 2", "undone 1", "undone 2", "end"],
        "the service comes last, when its files are back",
      );
    },
  );
}

t.test(
  "what does not pass the smoke test never reaches the service, nor the host: no restart, no record",
  async (t) => {
    const [state, start] = [hostState(), service.start()];
    service.calls();
    const { exitCode, outcome, problems, run } = await applied(info, { prove: true });
    t.not(exitCode, 0);
    t.match([outcome, ...problems.map(({ code }) => code)], ["failed", /^smoke-|^internal-error/]);
    t.equal(run, null);
    t.same([hostState(), service.start(), service.calls()], [state, start, []]);
  },
);

t.test(
  "52: a signal while the service is awaited ends the waiting at once; the old service is back up",
  async (t) => {
    const [state, controller] = [hostState(), new AbortController()];
    service.does("hang", withNewSettings);
    application.bad = undefined;
    const hangs = eventually(() => service.now() === "hang", 60_000).then(() => {
      controller.abort();
    });
    const start = performance.now();
    const { exitCode, outcome } = await applied(info, { health, signal: controller.signal });
    await hangs;
    t.same([exitCode, outcome], [130, "rolled-back"]);
    t.ok(performance.now() - start < 50_000, "not the minute that it would have had");
    t.equal(hostState(), state);
    t.not(service.now(), "hang");
  },
);

t.test(
  "52: the program is killed while the service is awaited; the next apply brings the old one back " +
    "before it begins",
  async (t) => {
    const start = service.start();
    service.does("hang", withNewSettings);
    const killed = spawn(process.execPath, [knetctlScript, "apply", "--no-smoke-test", info], {
      stdio: "ignore",
    });
    await reached("the service hangs", () => service.now() === "hang");
    killed.kill("SIGKILL");
    service.calls();
    const { document } = await knetctlJson(["apply", "--no-smoke-test", quiet]);
    t.match(document, { outcome: "unchanged", recovered: String, changes: [] });
    t.notMatch(readFileSync(configFile, "utf8"), "info");
    t.same(service.calls(), [`reset-failed ${unit}`, `restart ${unit}`]);
    t.not(service.start(), start);
    t.not(service.now(), "hang");
  },
);

t.test(
  "52: the old service does not come up again either: said, with the command, and the rollback can " +
    "be tried again",
  async (t) => {
    const state = hostState();
    service.does("fail");
    const { exitCode, outcome, problems, run } = await applied(info);
    t.same(
      [exitCode, outcome, problems.map(({ code }) => code)],
      [1, "failed", ["service-restart-failed", "workflow-undo-failed"]],
    );
    t.match(problems[1], {
      detail: /amplia\.service is not up again as it was before/,
      hint: /journalctl[^]*knetctl rollback[^]*systemctl restart amplia\.service/,
    });
    t.equal(hostState(), state, "its files are as before all the same");
    t.equal((await knetctl(["rollback", run ?? ""])).exitCode, 1);
    service.does("well");
    t.equal((await knetctl(["rollback", run ?? ""])).exitCode, 0);
    t.equal(service.now(), "well");
  },
);

t.test("52: a unit that is missing, masked or broken is found before anything is written", async (t) => {
  const state = hostState();
  service.calls();
  for (const [load, code] of [
    ["not-found", "service-unit-missing"],
    ["bad-setting", "service-unit-broken"],
    ["masked", "service-unit-masked"],
  ] as const) {
    service.loads(load);
    t.match(await planned(info), {
      changes: [{ kind: "write-file" }],
      problems: [{ code, severity: "error" }],
    });
    t.match(
      await planned(quiet),
      { changes: [], problems: [] },
      "no restart is planned: nothing is wrong with it",
    );
  }
  t.match(await knetctlJson(["apply", "--no-smoke-test", info]), {
    exitCode: 1,
    document: { problems: [{ code: "service-unit-masked" }] },
  });
  t.same([hostState(), service.calls()], [state, []], "nothing was begun");
  service.loads("loaded");
});

t.test(
  "--no-restart and a rollback of the run leave the service alone and say the command; with a " +
    "restart, a rollback brings the old service back",
  async (t) => {
    const start = service.start();
    const { exitCode, stdout } = await knetctl(["apply", "--no-smoke-test", "--no-restart", info]);
    t.equal(exitCode, 0);
    t.match(stdout, /--no-restart: .*systemctl restart amplia\.service/);
    t.equal((await knetctl(["rollback"])).exitCode, 0);
    t.equal(service.start(), start);
    t.match(
      (await knetctl(["apply", "--no-smoke-test", info])).stdout,
      /~ restart amplia\.service, and wait until it is active/,
    );
    const restarted = service.start();
    t.not(restarted, start);
    t.equal((await knetctl(["rollback"])).exitCode, 0);
    t.not(service.start(), restarted);
  },
);

t.test(
  "a restart that was left to the user is owed until somebody makes it: verify and apply say so, and " +
    "the next apply makes it",
  async (t) => {
    t.equal((await knetctl(["apply", "--no-smoke-test", "--no-restart", info])).exitCode, 0);
    service.calls();
    t.match(await verified(info), { exitCode: 2, kinds: ["restart-service"], codes: [] });
    const again = await knetctlJson(["apply", "--no-smoke-test", "--no-restart", info]);
    t.match(again, {
      exitCode: 0,
      document: {
        changes: [],
        problems: [
          { code: "service-restart-owed", severity: "warning", hint: /systemctl restart amplia\.service/ },
        ],
      },
    });
    t.same(service.calls(), []);
    t.match(
      (await knetctl(["apply", "--no-smoke-test", info])).stdout,
      /run \d+ changed what [^]*applied: 1 change/,
    );
    t.same(service.calls(), [`reset-failed ${unit}`, `restart ${unit}`]);
    t.match(await verified(info), { exitCode: 0, kinds: [], codes: [] });
  },
);

t.test(
  "a rollback of a run after which somebody restarted says that the service still has the undone " +
    "settings; the next apply owes the restart",
  async (t) => {
    t.equal((await knetctl(["apply", "--no-smoke-test", "--no-restart", quiet])).exitCode, 0);
    execFileSync("systemctl", ["restart", unit]);
    t.match(await verified(quiet), { exitCode: 0, kinds: [] }, "whoever restarted it");
    const { exitCode, stdout, stderr } = await knetctl(["rollback"]);
    t.match(
      { exitCode, stdout, stderr },
      {
        exitCode: 0,
        stdout: /was taken back: everything knetctl changed is back in its previous state \(checked\)\n/,
        stderr:
          /amplia\.service still runs with the settings that were taken back \[service-undone-settings\]/,
      },
    );
    t.match(await verified(info), { exitCode: 2, kinds: ["restart-service"] });
    t.equal((await knetctl(["apply", "--no-smoke-test", info])).exitCode, 0);
    t.match(await verified(info), { exitCode: 0, kinds: [] });
  },
);

t.test(
  "a service that is down, missing or dies a moment after its start is told by verify and apply " +
    "although nothing is planned, with an exit code",
  async (t) => {
    execFileSync("systemctl", ["stop", unit]);
    t.match(await verified(info), { exitCode: 1, kinds: [], codes: ["service-not-active"] });
    t.match(await knetctlJson(["apply", "--no-smoke-test", info]), {
      exitCode: 1,
      document: { outcome: "failed", run: null, problems: [{ code: "service-not-active" }] },
    });
    const { stdout } = await knetctl(["verify", "--no-smoke-test", info]);
    t.match(stdout, /(?:^|\n)failed: 1 error\n$/);
    t.notMatch(stdout, /as the profile wants it/);
    service.loads("not-found");
    t.match(await verified(info), { exitCode: 1, codes: ["service-unit-missing"] });
    service.loads("loaded");
    service.does("dies");
    execFileSync("systemctl", ["restart", unit]);
    t.match(await verified(info), { exitCode: 1, codes: ["service-not-active"] });
  },
);

t.test(
  "a failed restart that was kept (--no-rollback) is owed: the next apply tries again, and says what " +
    "was ill before",
  async (t) => {
    service.does("well");
    t.equal((await knetctl(["apply", "--no-smoke-test", quiet])).exitCode, 0);
    service.does("fail");
    t.match(await knetctlJson(["apply", "--no-smoke-test", "--no-rollback", info]), {
      exitCode: 1,
      document: { outcome: "failed" },
    });
    t.match(await verified(info), {
      exitCode: 1,
      kinds: ["restart-service"],
      codes: ["service-not-active", "service-not-active"],
    });
    service.does("well");
    t.match(await knetctlJson(["apply", "--no-smoke-test", info]), {
      exitCode: 0,
      document: {
        outcome: "applied",
        problems: [{ code: "service-not-active", severity: "warning", title: /before anything is changed/ }],
      },
    });
    t.match(await verified(info), { exitCode: 0, kinds: [] });
  },
);
