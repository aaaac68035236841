import t from "tap";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { processMark } from "../../src/host/processes/process-mark.js";
import { removeStageFolders } from "../../src/host/stage/stage-folder.js";
import { removeStages } from "../../src/host/stage/stage.js";
import { bundle } from "../support/bundle.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
import { knetctl } from "../support/knetctl.js";
import { eventually, processesWith } from "../support/processes.js";

await ensureSandbox(import.meta.filename);

/** Opens a stage again and again, and in it leaves daemons behind, with and without the wall. */
const program = bundle(`
  import { path } from "../../src/host/path.js";
  import { realHost } from "../../src/host/real-host.js";
  import { openStage } from "../../src/host/stage/stage.js";
  const script = "setsid sleep " + process.argv[1] + " & sleep " + process.argv[1];
  for (;;) {
    const stage = await openStage(realHost(path("/")));
    const command = { program: "sh", args: ["-c", script], timeoutMs: 150 };
    await Promise.all([stage.host.commands.run(command), stage.runWalled({ ...command, network: false })]);
    await stage.close();
    console.log("again");
  }
`);

function stageFolders(): readonly string[] {
  const folder = "/var/lib/knetctl";
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("stage-")) : [];
}

t.test("killed at whatever moment, a stage leaves no mount, no process and no folder", async (t) => {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  for (let round = 0; round < 24; round++) {
    const mark = `31415.${process.pid}${round}`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, mark], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await wait(150 + round * 37);
    child.kill("SIGKILL");
    await ended;
    t.ok(await eventually(() => processesWith(mark).length === 0, 20_000), `no process, round ${round}`);
    t.ok(await eventually(() => processesWith("knetctl-stage").length === 0, 20_000), "no script");
  }
  t.equal(readFileSync("/proc/self/mountinfo", "utf8"), mounts);
  removeStages();
  t.strictSame(stageFolders(), [], "the next run removes what they left on the disk");
});

t.test("the number of a killed run's process is in use again: what it left is removed all the same", (t) => {
  const [namespace, pid] = processMark().split("-");
  const left = `/var/lib/knetctl/stage-${namespace}-${pid}-1-000000000000`;
  const ours = `/var/lib/knetctl/stage-${processMark()}-000000000000`;
  for (const folder of [left, ours]) mkdirSync(`${folder}/layers`, { recursive: true, mode: 0o700 });
  removeStageFolders(false);
  t.same([existsSync(left), existsSync(ours)], [false, true]);
  removeStageFolders(true);
  t.notOk(existsSync(ours));
  t.end();
});

/** Opens a stage, says so, and keeps it; in a PID namespace of its own, as a container has. */
const holding = bundle(`
  import { path } from "../../src/host/path.js";
  import { realHost } from "../../src/host/real-host.js";
  import { openStage } from "../../src/host/stage/stage.js";
  await openStage(realHost(path("/")));
  console.log("open");
  setInterval(() => undefined, 1000);
`);

t.test("a run in another container keeps its stage as long as it lives, and no longer", async (t) => {
  const line = ["--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
  const child = spawn("unshare", [...line, process.execPath, "--input-type=module", "-e", holding], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await new Promise((resolve) => child.stdout.once("data", resolve));
  const [name = "", ...more] = stageFolders();
  t.same(more, []);
  t.not(name.split("-")[1], processMark().split("-")[0]);
  removeStageFolders(false);
  t.same(stageFolders(), [name], "it is still held");
  child.kill("SIGKILL");
  await ended;
  t.ok(await eventually(() => processesWith("knetctl-stage").length === 0, 20_000));
  removeStageFolders(false);
  t.same(stageFolders(), []);
});

t.test(
  "a run that takes the host's lock removes what nobody holds, whatever it is about to do",
  async (t) => {
    const [namespace, pid] = processMark().split("-");
    const left = `/var/lib/knetctl/stage-${namespace}-${pid}-1-000000000000`;
    mkdirSync(`${left}/layers/0/upper/etc`, { recursive: true, mode: 0o700 });
    writeFileSync(`${left}/layers/0/upper/etc/settings.ini`, "PIN");
    t.match(await knetctl(["rollback"]), { exitCode: 1, stderr: /undo-nothing/ });
    t.notOk(existsSync(left));
  },
);
