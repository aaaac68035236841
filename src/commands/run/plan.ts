import { callers } from "../../host/given-file.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { throwIfErrors } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import { allSteps } from "../../steps/index.js";
import { planJson } from "../../ui/reports/report-json.js";
import { planText } from "../../ui/reports/plan-text.js";
import { makePlan } from "../../workflow/plan.js";
import { unfinishedWarning } from "../../workflow/recover.js";
import { type CommandRun, pkcs11Worker } from "../command.js";
import { readSecretsIfPossible } from "./read-secrets.js";
import { trustedBy, validProfile } from "./valid-profile.js";

/**
 * `knetctl plan`: what apply would change. Works without root as far as it can read. Exit 2 if something
 * would change.
 */
export const plan: CommandRun<{ profile: string; root?: string | undefined }> = async (args, context) => {
  const { output } = context;
  const { profile, warnings } = await validProfile(args.profile, context, trustedBy(context, false));
  const host = await context.host({ root: args.root, readOnly: true });
  const { secrets, problems } = await readSecretsIfPossible(
    secretUses(profile).filter(({ purpose }) => purpose === "settings"),
    context,
  );
  const steps = allSteps({
    smokeTest: { worker: pkcs11Worker(context), timeoutMs: 0 },
    secrets,
    callers: callers(context.environment),
    restart: true,
  });
  const unfinished = await unfinishedWarning(host);
  for (const problem of unfinished) output.problem(problem);
  const made = await makePlan(steps, { profile, host });
  if (output.json) {
    throwIfErrors(made.problems);
    output.document(planJson(made, [...warnings, ...problems, ...unfinished]));
  } else {
    for (const problem of made.problems) if (problem.severity !== "error") output.problem(problem);
    output.result(planText(made, output.style));
    throwIfErrors(made.problems);
  }
  return made.changes.length + unfinished.length > 0 ? exitCodes.changesPending : exitCodes.done;
};
