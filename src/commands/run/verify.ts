import { callers } from "../../host/given-file.js";
import type { Profile } from "../../profile/types.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { isError, throwIfErrors, exitCodeOf } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import { allSteps } from "../../steps/index.js";
import { planText } from "../../ui/reports/plan-text.js";
import { verifyJson, verifyVerdict } from "../../ui/reports/report-json.js";
import { unsignedText } from "../../ui/reports/smoke-report-text.js";
import { progressListener } from "../../ui/terminal/progress-lines.js";
import { lookAround, makePlan, type Plan } from "../../workflow/plan.js";
import { type ProofResult, prove } from "../../workflow/prove.js";
import { unfinishedWarning } from "../../workflow/recover.js";
import { type CommandContext, type CommandRun, pkcs11Worker } from "../command.js";
import { readSecrets, type ReadSecrets, readSecretsIfPossible } from "./read-secrets.js";
import { type LoginArguments, refusedPinsOf } from "./refused-pins.js";
import { showSmokeReport } from "./run-plan.js";
import { provesStores, trustedBy, validProfile } from "./valid-profile.js";
import { vectorProblems } from "./vector-problems.js";

export interface VerifyArguments extends LoginArguments {
  readonly profile: string;
  readonly root?: string | undefined;
  readonly smokeTest: boolean;
  readonly timeout: number;
}

/**
 * `knetctl verify`: observes again, reports drift, runs the proof, looks at the service and at the members of
 * HA vectors; changes nothing. Exit 0, 2 (drift, or a restart is owed), 69 (a token or member cannot be
 * reached, the service does not answer) or 1 (failed).
 */
export const verify: CommandRun<VerifyArguments> = async (args, context) => {
  const { output, signal } = context;
  const { profile, warnings } = await validProfile(
    args.profile,
    context,
    trustedBy(context, (read) => context.isRoot && args.smokeTest && provesStores(read)),
  );
  const host = await context.host({ root: args.root, readOnly: true });
  const { strict, smokeTest } = args;
  const read = await secretsFor(profile, { proves: smokeTest && host.root === "/", strict }, context);
  const input = { profile, host };
  const unfinished = await unfinishedWarning(host);
  for (const problem of unfinished) output.problem(problem);
  const plan = await makePlan(
    allSteps({
      smokeTest: {
        worker: pkcs11Worker(context),
        timeoutMs: args.timeout * 1000,
        refusedPins: refusedPinsOf(args, context),
        stores: "all",
      },
      secrets: read.secrets,
      callers: callers(context.environment),
      restart: true,
    }),
    input,
  );
  throwIfErrors(plan.problems);
  const proof = await prove(plan, host, {
    prove: args.smokeTest,
    signal,
    listener: progressListener(output),
  });
  const seen = [
    ...(await lookAround(plan.steps, signal)),
    ...(args.smokeTest ? await vectorProblems(input, context) : []),
  ];
  const found = { smoke: proof.smoke, problems: [...proof.problems, ...seen] };
  const differs = plan.changes.length + unfinished.length > 0;
  const verdict = verifyVerdict(found.problems, differs);
  if (output.json)
    output.document(verifyJson(plan, [...warnings, ...read.problems, ...unfinished], found, verdict));
  else showVerified(plan, found, context);
  if (!output.json && verdict === "degraded")
    output.result("degraded: it works, but not with every member of its HA vectors");
  return exitCodeOf(found.problems, differs ? exitCodes.changesPending : exitCodes.done);
};

/**
 * The proof cannot do without its PINs; the settings' secrets are compared as far as is possible without
 * prompting.
 */
async function secretsFor(
  profile: Profile,
  { proves, strict }: { readonly proves: boolean; readonly strict: boolean | undefined },
  context: CommandContext,
): Promise<ReadSecrets> {
  const uses = secretUses(profile);
  const proof = await readSecrets(
    uses.filter(({ purpose }) => proves && purpose === "proof"),
    context,
    { strict },
  );
  const settings = await readSecretsIfPossible(
    uses.filter(({ purpose }) => purpose === "settings"),
    context,
    proof.secrets,
  );
  return { secrets: settings.secrets, problems: [...proof.problems, ...settings.problems] };
}

function showVerified(plan: Plan, proof: ProofResult, { output }: CommandContext): void {
  for (const problem of plan.problems) output.problem(problem);
  output.result(planText(plan, output.style, !proof.problems.some(isError)));
  showSmokeReport(proof.smoke, output);
  for (const problem of proof.problems) output.problem(problem);
  const unsigned = unsignedText(proof.smoke);
  if (unsigned !== "" && !proof.problems.some(isError)) output.result(unsigned);
}
