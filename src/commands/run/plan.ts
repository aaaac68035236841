import { callers } from "../../host/given-file.js";
import type { Host } from "../../host/host.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { type Problem, throwIfErrors } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import { forgetful } from "../../pkcs11/refused-pins/refused-pins.js";
import { allSteps } from "../../steps/index.js";
import { planJson } from "../../ui/reports/report-json.js";
import { planChecked } from "../../ui/checks/plan-checks.js";
import { planText } from "../../ui/reports/plan-text.js";
import { makePlan, type Plan } from "../../workflow/plan.js";
import { unfinishedWarning } from "../../workflow/undo/recover.js";
import { Staging } from "../../workflow/staging.js";
import { type CommandContext, type CommandRun, pkcs11Worker } from "../command.js";
import { failedOn, type FailOnArguments } from "../fail-on.js";
import { warnOfImageSecrets } from "../secrets/image-secrets.js";
import { readSecretsIfPossible } from "../secrets/read-secrets.js";
import { trustedBy, validProfile, withModuleInPlace } from "./valid-profile.js";

export interface PlanArguments extends FailOnArguments {
  readonly profile: string;
  readonly root?: string | undefined;
  /** True: install.sh of an archive that is not pinned is run in a stage too; false: none is run. */
  readonly stage?: boolean | undefined;
  readonly inPlace: boolean;
}

/**
 * `knetctl plan`: what apply would change. Works without root as far as it can read; as root, what install.sh
 * does is found out in a stage. Exit 2 if something would change.
 */
export const plan: CommandRun<PlanArguments> = async (args, context) => {
  const { profile: asked, warnings } = await validProfile(args.profile, context, trustedBy(context, false));
  const profile = args.inPlace ? withModuleInPlace(asked) : asked;
  const host = await context.host({ root: args.root, readOnly: true });
  const carried = warnOfImageSecrets(profile, host, context);
  const { secrets, problems } = await readSecretsIfPossible(
    secretUses(profile).filter(({ purpose }) => purpose === "settings"),
    context,
  );
  const steps = allSteps({
    smokeTest: { worker: pkcs11Worker(context), timeoutMs: 0, refusedPins: forgetful },
    secrets,
    callers: callers(context.environment),
    stagesUnpinned: args.stage === true,
    restart: true,
  });
  const unfinished = await unfinishedWarning(host);
  for (const problem of unfinished) context.output.problem(problem);
  // on a host that is half changed, install.sh would do something else than once it is put back
  const isTried = unfinished.length > 0 ? false : args.stage;
  const made = await staged(isTried, host, context, (staging) =>
    makePlan(steps, { profile, host, ...(staging && { staging }) }),
  );
  const told = [...warnings, ...carried, ...problems, ...unfinished];
  show(made, told, context);
  const differs = made.changes.length + unfinished.length > 0;
  return failedOn(args.failOn, differs ? exitCodes.changesPending : exitCodes.done, [
    ...told,
    ...made.problems,
  ]);
};

/** With stages for what is planned in them, if they are wanted; they are gone at the end. */
async function staged<T>(
  isWanted: boolean | undefined,
  host: Host,
  { signal }: CommandContext,
  use: (staging: Staging | undefined) => Promise<T>,
): Promise<T> {
  if (isWanted === false) return use(undefined);
  const staging = Staging.of(host, signal);
  try {
    return await use(staging);
  } finally {
    await staging.close();
  }
}

/** Throws the plan's errors. */
function show(made: Plan, warnings: readonly Problem[], { output }: CommandContext): void {
  if (output.json) {
    throwIfErrors(made.problems);
    output.document(planJson(made, warnings));
    return;
  }
  for (const problem of made.problems) if (problem.severity !== "error") output.problem(problem);
  output.result(planText(made, output));
  throwIfErrors(made.problems);
  output.checks?.(() => planChecked(made, warnings));
}
