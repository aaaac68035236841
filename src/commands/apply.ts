import { acquireLock } from "../host/lock.js";
import { joined } from "../host/path.js";
import { problemCodes } from "../problem/codes.js";
import { exitCodes, type ExitCode } from "../problem/exit-codes.js";
import { Problem, throwIfErrors } from "../problem/problem.js";
import { secretUses } from "../profile/secret-uses.js";
import { allSteps } from "../steps/index.js";
import { smokeReportText } from "../ui/smoke-report-text.js";
import { countText, planText } from "../ui/plan-text.js";
import { progressListener } from "../ui/progress-lines.js";
import { applyJson } from "../ui/report-json.js";
import { applyPlan, type RunResult } from "../workflow/apply.js";
import { recover } from "../workflow/recover.js";
import { makePlan, type Plan } from "../workflow/plan.js";
import type { Step, StepInput } from "../workflow/step.js";
import { by } from "./by.js";
import type { CommandContext, CommandRun } from "./command.js";
import { sayHowToGoOn } from "./say-how-to-go-on.js";
import { readSecrets } from "./read-secrets.js";
import { validProfile } from "./valid-profile.js";

export interface ApplyArguments {
  readonly profile: string;
  readonly root?: string | undefined;
  readonly smokeTest: boolean;
  readonly rollback: boolean;
  /** False leaves the service's restart to the user. */
  readonly restart: boolean;
  readonly lockTimeout: number;
  readonly timeout: number;
}

/** `knetctl apply`: plan, change the host, prove it. Everything is checked before the first write. */
export const apply: CommandRun<ApplyArguments> = async (args, context) => {
  const { output, signal } = context;
  const { profile, warnings } = await validProfile(args.profile, context);
  const host = await context.host({ root: args.root, readOnly: false });
  requireRoot(context);
  const proves = args.smokeTest && host.root === "/";
  const { secrets, problems } = await readSecrets(secretUses(profile).filter(({ purpose }) => proves || purpose === "settings"), context);
  const steps = allSteps({ smokeTest: { worker: joined(context.programFolder, "pkcs11-worker.cjs"), timeoutMs: args.timeout * 1000 }, secrets, restart: args.restart });
  const lock = await acquireLock({ host, waitSeconds: args.lockTimeout, signal });
  context.whenLeft(() => { sayHowToGoOn(host, output); });
  try {
    const recovered = await recover(host, { ...by(host, context), listener: progressListener(output) });
    const { plan, result } = await planAndApply(steps, { profile, host }, args, context);
    if (output.json) output.document(applyJson(plan, [...warnings, ...problems, ...(recovered?.problems ?? [])], result, recovered?.run.run));
    else showResult(plan, result, args, context);
    return exitCodeOf(result);
  } finally {
    lock.release();
  }
};

function requireRoot({ isRoot }: CommandContext): void {
  if (isRoot) return;
  throw new Problem("apply-needs-root", "apply changes the host and must run as root", {
    hint: "sudo knetctl apply …; knetctl plan shows what it would do and works without root",
  });
}

async function planAndApply(steps: readonly Step[], input: StepInput, args: ApplyArguments, context: CommandContext): Promise<{ plan: Plan; result: RunResult }> {
  const { output, signal } = context;
  const plan = await makePlan(steps, input);
  throwIfErrors(plan.problems);
  for (const problem of plan.problems) output.problem(problem);
  if (!output.json && !output.quiet && plan.changes.length > 0) output.result(`${planText(plan, output.style)}\n`);
  const listener = progressListener(output);
  const result = await applyPlan(plan, input, { rollback: args.rollback, prove: args.smokeTest, signal, listener, profile: input.profile.source, ...by(input.host, context) });
  return { plan, result };
}

function showResult(plan: Plan, result: RunResult, args: ApplyArguments, { output }: CommandContext): void {
  if (result.smoke.tokens.length > 0) output.result(`\n${smokeReportText(result.smoke, output.style)}`);
  for (const problem of result.problems) output.problem(problem);
  if (!args.smokeTest) output.note("the smoke test was left out, as asked: nothing is proven");
  output.result(outcomeText(plan, result));
}

function outcomeText(plan: Plan, { outcome, run }: RunResult): string {
  switch (outcome) {
    case "unchanged":
      return countText(plan);
    case "applied":
      return `applied: ${countText(plan)} (run ${run ?? "-"})`;
    case "rolled-back":
      return `rolled back: the host was observed to be as before (run ${run ?? "-"})`;
    case "failed":
      return run === null ? "failed: nothing was changed" : `failed (run ${run})`;
  }
}

function exitCodeOf({ outcome, problems }: RunResult): ExitCode {
  if (outcome === "applied" || outcome === "unchanged") return exitCodes.done;
  const first = problems.find(({ severity }) => severity === "error");
  return first === undefined ? exitCodes.failed : problemCodes[first.code];
}
