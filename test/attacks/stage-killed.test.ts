import t from "tap";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { removeStages } from "../../src/host/stage/stage.js";
import { bundle } from "../support/bundle.js";
import { ensureSandbox } from "../support/ensure-sandbox.js";
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
