import { runChild } from "../commands/run-child.js";
import { systemPath } from "../sandbox/sandbox-script.js";
import type { Problem } from "../../problem/problem.js";
import { stageProblem } from "./stage-problem.js";
import { trialArguments } from "./stage-script.js";
import { requireStageTools } from "./stage-tools.js";

const trialMs = 10_000;

/**
 * Why no stage can be had on this machine, as `openStage` would say it; undefined if one can. It tries the
 * kernel in memory, and writes nothing to a disk. Throws `stage-needs-root` and `stage-tools-missing`.
 */
export async function stageRefusal(signal: AbortSignal): Promise<Problem | undefined> {
  const { exitCode, stdout, stderr } = await runChild({
    line: [requireStageTools(), ...trialArguments],
    cwd: "/",
    env: { LC_ALL: "C", PATH: systemPath },
    input: undefined,
    timeoutMs: trialMs,
    signal,
  });
  return exitCode === 0 ? undefined : stageProblem(`${stdout}\n${stderr}`);
}
