import { test, type Test } from "tap";
import { edit } from "../../src/commands/ha/edit/edit.js";
import { history } from "../../src/commands/run/history.js";
import { rollback } from "../../src/commands/run/rollback.js";
import { path } from "../../src/host/path.js";
import { Problem } from "../../src/problem/problem.js";
import { MemoryHost } from "../support/memory-host.js";
import { recordedContext } from "../support/recorded-context.js";

const noRoot = { run: undefined, lockTimeout: 0, keepChanged: false, yes: true };
const named = "20261124T090000Z-00ff";

/** Somebody who is not root; `--root` is right or not. */
function context(t: Test, hasFolder = true) {
  const { context } = recordedContext({ workingFolder: path(t.testdirName) });
  const missing = new Problem("usage-root-missing", "the folder of --root cannot be used");
  return {
    ...context,
    host: () => (hasFolder ? Promise.resolve(new MemoryHost({})) : Promise.reject(missing)),
  };
}

test("what is wrong with a line is told before that it needs root", async (t) => {
  for (const run of ["x", "-1", "1.5", `${named}x`, "../1"]) {
    await t.rejects(history({ run }, context(t)), { code: "run-unknown" }, run);
    for (const dryRun of [true, false])
      await t.rejects(rollback({ ...noRoot, run, dryRun }, context(t)), { code: "run-unknown" }, run);
  }
  await t.rejects(history({ root: "/nowhere" }, context(t, false)), { code: "usage-root-missing" });
  for (const dryRun of [true, false])
    await t.rejects(rollback({ ...noRoot, root: "/nowhere", dryRun }, context(t, false)), {
      code: "usage-root-missing",
    });
  const editing = {
    connection: "c",
    endpoints: ["127.0.0.1:1"],
    user: "amplia",
    probe: true,
    yes: true,
    dryRun: false,
    lockTimeout: 0,
    rollback: true,
    restart: true,
    smokeTest: true,
    prove: true,
    journal: true,
    timeout: 1,
  };
  await t.rejects(edit("add", { ...editing, root: "/nowhere" }, context(t, false)), {
    code: "usage-root-missing",
  });
});

test("a line that is right needs root", async (t) => {
  for (const run of [undefined, "1", named]) {
    await t.rejects(history({ run }, context(t)), { code: "history-needs-root" });
    for (const dryRun of [true, false])
      await t.rejects(rollback({ ...noRoot, run, dryRun }, context(t)), { code: "rollback-needs-root" });
  }
});
