import t from "tap";
import { recover, unfinishedWarning } from "../../../src/workflow/undo/recover.js";
import "../../support/as-root.js";
import { applied, cutOff, quiet } from "./take-back-scene.js";

t.test("a run that was cut off is told to those who only look, until it is taken back", async (t) => {
  for (const lines of [1, 2, 3, 4, 5, 6, 7]) {
    const { host, run } = await applied();
    cutOff(host, run, lines);
    t.match(await unfinishedWarning(host), [
      { code: "workflow-unfinished-run", severity: "warning", hint: new RegExp(run) },
    ]);
  }
  const { host, run } = await applied();
  cutOff(host, run, 7);
  t.match(await recover(host, quiet), { outcome: "rolled-back" });
  t.strictSame(await unfinishedWarning(host), [], run);
});
