import t from "tap";
import { spawn } from "node:child_process";
import { chmodSync, renameSync, writeFileSync } from "node:fs";
import { bundle } from "../../support/bundle.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";
import { eventually, processesWith } from "../../support/processes.js";
import { smallRoot } from "../../support/small-root.js";

await ensureSandbox(import.meta.filename);

const program = bundle(`
  import { runLdconfig } from "../../src/host/installer/ldconfig.js";
  import { path } from "../../src/host/path.js";
  import { realHost } from "../../src/host/real-host.js";
  await runLdconfig(realHost(path(process.argv[1])));
`);

t.test(
  "a slow ldconfig of a killed run ends with it, and writes no cache over that of the next one",
  async (t) => {
    const mark = `31415.${process.pid}`;
    // which needs the real one
    const image = smallRoot(t);
    renameSync("/usr/sbin/ldconfig", "/usr/sbin/ldconfig.real");
    writeFileSync("/usr/sbin/ldconfig", `#!/bin/sh\nexec sleep ${mark}\n`);
    chmodSync("/usr/sbin/ldconfig", 0o755);
    for (const root of ["/", image]) {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, root], {
        stdio: "ignore",
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      t.ok(await eventually(() => processesWith(`sleep ${mark}`).length > 0, 20_000), `${root}: it runs`);
      child.kill("SIGKILL");
      await ended;
      t.ok(
        await eventually(() => processesWith(`sleep ${mark}`).length === 0, 2000),
        `${root}: it has ended`,
      );
    }
  },
);
