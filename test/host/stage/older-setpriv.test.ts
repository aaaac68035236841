import t from "tap";
import { renameSync, writeFileSync } from "node:fs";
import { path } from "../../../src/host/path.js";
import { realHost } from "../../../src/host/real-host.js";
import { openStage } from "../../../src/host/stage/stage.js";
import { ensureSandbox } from "../../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

const [setpriv, real] = ["/usr/bin/setpriv", "/usr/bin/setpriv.real"];
renameSync(setpriv, real);

/** Another setpriv(1), which does this where it is to take capabilities away. */
function confining(script: string): void {
  const lines = ["#!/bin/sh", `case $1 in --inh-caps=*) ${script} ;; esac`, `exec ${real} "$@"`, ""];
  writeFileSync(setpriv, lines.join("\n"), { mode: 0o755 });
}

const refused = '{ echo "setpriv: activate capabilities: No such file or directory" >&2; exit 127; }';

t.test("setpriv finds itself in /proc, where libcap-ng before 0.8 looks for what it has", async (t) => {
  confining(`read -r self _ </proc/self/stat; [ "$self" = $$ ] || ${refused}`);
  const stage = await openStage(realHost(path("/")));
  t.teardown(() => stage.close());
  const words = { program: "sh", args: ["-c", "read -r self _ </proc/self/stat; test $self = $$"] };
  t.match(await stage.runWalled({ ...words, timeoutMs: 20_000, network: false }), {
    exitCode: 0,
    stderr: "",
  });
});

t.test("where it does not work, that is said at once, and not at the time-out", async (t) => {
  confining(refused);
  const stage = await openStage(realHost(path("/")));
  t.teardown(() => stage.close());
  const asked = { program: "true", args: [], timeoutMs: 600_000, network: false };
  await t.rejects(stage.runWalled(asked), { code: "stage-failed", detail: /activate capabilities: No such/ });
});
