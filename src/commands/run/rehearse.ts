import { acquireLock } from "../../host/lock.js";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import { errorsLast, exitCodeOf, isError, Problem } from "../../problem/problem.js";
import { countText } from "../../ui/reports/plan-text.js";
import { type Rehearsed, rehearseJson } from "../../ui/reports/report-json.js";
import { unsignedText } from "../../ui/reports/smoke-report-text.js";
import { progressListener } from "../../ui/terminal/progress-lines.js";
import { cleanLine } from "../../ui/text/clean-text.js";
import { restartedUnits } from "../../workflow/change.js";
import type { Plan } from "../../workflow/plan.js";
import { leftToConfirm } from "../../workflow/prove.js";
import { unfinishedWarning } from "../../workflow/undo/recover.js";
import { onlyInPlace, rehearse as rehearsePlan } from "../../workflow/rehearse.js";
import { Staging } from "../../workflow/staging.js";
import type { Step, StepInput } from "../../workflow/step.js";
import type { CommandContext, CommandRun } from "../command.js";
import { probeNewEndpoints } from "./probe-new-endpoints.js";
import { runSteps } from "./run-steps.js";
import type { LoginArguments } from "../secrets/refused-pins.js";
import { showSmokeReport, shownPlan } from "./run-plan.js";
import { trustedBy, validProfile } from "./valid-profile.js";

export interface RehearseArguments extends LoginArguments {
  readonly profile: string;
  readonly root?: string | undefined;
  /** False: new endpoints are not probed before anything else. */
  readonly probe: boolean;
  /** False: new members of HA vectors are not proven one by one. */
  readonly prove: boolean;
  readonly lockTimeout: number;
  readonly timeout: number;
}

/**
 * `knetctl rehearse`: what `apply` would do, made and proven in a stage, which is thrown away. Changes
 * nothing on the host, and says what apply would change and restart. Exit 0: it would work, so far as a stage
 * can show it; 69: a token cannot be reached; 1: it would fail.
 */
export const rehearse: CommandRun<RehearseArguments> = async (args, context) => {
  const { profile, warnings } = await validProfile(args.profile, context, trustedBy(context, true));
  const host = await context.host({ root: args.root, readOnly: false });
  if (!context.isRoot) throw needsRoot();
  const { steps, problems } = await runSteps(
    { profile, proves: host.root === "/", restart: true },
    args,
    context,
  );
  // what another run changes in the meantime would be seen in the stage
  const lock = await acquireLock({ host, waitSeconds: args.lockTimeout, signal: context.signal });
  const staging = Staging.of(host, context.signal);
  try {
    const unfinished = await unfinishedWarning(host);
    for (const problem of unfinished) context.output.problem(problem);
    const input = { profile, host, staging };
    const found = await probeNewEndpoints(input, args, context);
    return await rehearsed(steps, input, [...warnings, ...problems, ...unfinished, ...found], context);
  } finally {
    await staging.close();
    lock.release();
  }
};

async function rehearsed(
  steps: readonly Step[],
  input: StepInput & { readonly staging: Staging },
  warnings: readonly Problem[],
  context: CommandContext,
): Promise<ExitCode> {
  const { output, signal } = context;
  const plan = await shownPlan(steps, input, context);
  const result = await rehearsePlan(plan, input, { prove: true, signal, listener: progressListener(output) });
  if (result === undefined) throw input.staging.none ?? onlyInPlace(plan, input.host) ?? noStage();
  const left = result.inStage && !result.problems.some(isError) ? await leftToConfirm(plan) : [];
  const rehearsal = { smoke: result.smoke, problems: [...result.problems, ...left], left };
  if (output.json) output.document(rehearseJson(plan, warnings, rehearsal));
  else show(plan, rehearsal, context);
  return exitCodeOf(result.problems, exitCodes.done);
}

function show(plan: Plan, { smoke, problems, left }: Rehearsed, { output }: CommandContext): void {
  showSmokeReport(smoke, output);
  for (const problem of errorsLast(problems)) output.problem(problem);
  if (problems.some(isError)) output.result("apply would fail; nothing was changed");
  else
    output.result(
      [summary(plan, left), "nothing was changed", unsignedText(smoke)].filter(Boolean).join("; "),
    );
}

/** Where something is left to be seen, it is not said that apply would work. */
function summary(plan: Plan, left: readonly Problem[]): string {
  if (plan.changes.length === 0) return countText(plan);
  const units = restartedUnits(plan.changes).map(cleanLine);
  const restarts = units.length === 0 ? "restart nothing" : `restart ${units.join(", ")}`;
  return left.length === 0
    ? `apply would work: ${countText(plan)}; it would ${restarts}`
    : `everything that a stage can show works: ${countText(plan)}; ` +
        `apply tries the rest first, and would then ${restarts}`;
}

function noStage(): Problem {
  return new Problem("stage-failed", "the changes could not be made in a stage");
}

function needsRoot(): Problem {
  return new Problem("apply-needs-root", "rehearse works in a stage, which needs root", {
    hint: "sudo knetctl rehearse …; knetctl plan shows what apply would do and works without root",
  });
}
