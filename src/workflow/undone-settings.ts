import { shellWord } from "../formats/text/shell-word.js";
import type { Host } from "../host/host.js";
import { whyNoServiceManager } from "../host/service/service-manager.js";
import { unitState } from "../host/service/unit-state.js";
import { Problem } from "../problem/problem.js";
import { readRun } from "./journal/runs.js";
import { unreadRuns } from "./unread-changes.js";

/**
 * Warnings of services that were started while a run stood which has been taken back, and not since: they
 * still run with what it had written.
 */
export async function undoneSettings(name: string, host: Host): Promise<readonly Problem[]> {
  try {
    const run = readRun(host, name);
    const units = new Set([
      ...run.owes.map(({ unit }) => unit),
      ...run.changes.flatMap(({ change }) => (change.kind === "restart-service" ? [change.unit] : [])),
    ]);
    if (units.size === 0 || whyNoServiceManager(host) !== undefined) return [];
    const problems: Problem[] = [];
    for (const unit of units)
      if (unreadRuns([run], unit, await unitState(host, unit)).some(({ undone }) => undone))
        problems.push(stillHas(unit, run.sequence));
    return problems;
  } catch (error) {
    // of a state that cannot be had nothing is claimed
    if (error instanceof Problem) return [];
    throw error;
  }
}

function stillHas(unit: string, sequence: number): Problem {
  return new Problem("service-undone-settings", `${unit} still runs with the settings that were taken back`, {
    severity: "warning",
    detail: `it was started while run ${sequence} stood, and not since`,
    hint: `systemctl restart ${shellWord(unit)}`,
  });
}
