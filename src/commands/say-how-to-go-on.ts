import type { Host } from "../host/host.js";
import { joined } from "../host/path.js";
import { runsFolder } from "../host/state.js";
import { Problem } from "../problem/problem.js";
import type { Output } from "../ui/output.js";
import { ownCommand } from "../workflow/own-command.js";
import { currentRun } from "../workflow/journal/runs.js";

/**
 * For the moment when a second signal ends the program: names the run that is left half done, and how the
 * host comes right again. With `--json` as a line on standard error, since the document cannot be given any
 * more. Says nothing when no run is under way.
 */
export function sayHowToGoOn(host: Host, output: Output): void {
  const run = currentRun(host);
  if (run === undefined) return;
  const left = new Problem(
    "workflow-unfinished-run",
    `stopped in the middle of run ${run}: the host is neither as before nor as planned`,
    {
      where: { path: joined(runsFolder, run) },
      detail: "what the run has started may go on for a while; taking it back ends that first",
      hint:
        `${ownCommand(host, `rollback ${run}`)} takes it back; the next apply does so too, before it ` +
        "begins",
    },
  );
  if (output.json) output.progress({ type: "left", problem: left.toJSON() });
  else output.problem(left);
}
