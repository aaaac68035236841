import t from "tap";
import { knetctlScript } from "../../support/knetctl.js";
import { scriptInSandbox } from "../../support/sandbox.js";

t.test("an account that the name service was not asked for is not taken for missing", async (t) => {
  const script = `
    getent=$(readlink -f /usr/bin/getent); rm "$getent"
    printf '#!/bin/sh\\nkill -9 $$\\n' >"$getent"; chmod 0755 "$getent"
    exec ${process.execPath} ${knetctlScript} init --from-host --user nobody-here`;
  const { exitCode, stderr } = await scriptInSandbox(script);
  t.equal(exitCode, 1, stderr);
  t.match(stderr, /cannot find out whether passwd has nobody-here \[host-accounts-unreadable\]/);
});
