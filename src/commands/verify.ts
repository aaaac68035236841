import { callers } from "../host/given-file.js";
import { joined } from "../host/path.js";
import { problemCodes } from "../problem/codes.js";
import { exitCodes } from "../problem/exit-codes.js";
import { isError } from "../problem/is-error.js";
import { throwIfErrors } from "../problem/problem.js";
import { secretUses } from "../profile/secret-uses.js";
import type { Profile } from "../profile/types.js";
import { smokeReportText, unsignedText } from "../ui/smoke-report-text.js";
import { allSteps } from "../steps/index.js";
import { planText } from "../ui/plan-text.js";
import { progressListener } from "../ui/progress-lines.js";
import { verifyJson } from "../ui/report-json.js";
import { unfinishedWarning } from "../workflow/recover.js";
import { lookAround } from "../workflow/look-around.js";
import { makePlan, type Plan } from "../workflow/plan.js";
import { prove, type ProofResult } from "../workflow/prove.js";
import type { CommandContext, CommandRun } from "./command.js";
import { readSecrets, readSecretsIfPossible, type ReadSecrets } from "./read-secrets.js";
import { handsPinsOn, trustedBy, validProfile } from "./valid-profile.js";
import { vectorProblems } from "./vector-problems.js";

export interface VerifyArguments {
  readonly profile: string;
  readonly root?: string | undefined;
  readonly smokeTest: boolean;
  readonly timeout: number;
}

/**
 * `knetctl verify`: observes again, reports drift, runs the proof, looks at the service and at the members of
 * HA vectors; changes nothing. Exit 0, 2 (drift, a restart that is owed), 69 (a token or member cannot be
 * reached, the service does not answer) or 1 (failed).
 */
export const verify: CommandRun<VerifyArguments> = async (args, context) => {
  const { output, signal } = context;
  const { profile, warnings } = await validProfile(
    args.profile,
    context,
    trustedBy(context, (read) => context.isRoot && args.smokeTest && handsPinsOn(read)),
  );
  const host = await context.host({ root: args.root, readOnly: true });
  const read = await secretsFor(profile, args.smokeTest && host.root === "/", context);
  const input = { profile, host };
  const unfinished = await unfinishedWarning(host);
  for (const problem of unfinished) output.problem(problem);
  const plan = await makePlan(
    allSteps({
      smokeTest: {
        worker: joined(context.programFolder, "pkcs11-worker.cjs"),
        timeoutMs: args.timeout * 1000,
      },
      secrets: read.secrets,
      callers: callers(context.environment),
      restart: true,
    }),
    input,
  );
  throwIfErrors(plan.problems);
  const proof = await prove(plan, { prove: args.smokeTest, signal, listener: progressListener(output) });
  const seen = [
    ...(await lookAround(plan.steps, signal)),
    ...(args.smokeTest ? await vectorProblems(input, context) : []),
  ];
  const found = { smoke: proof.smoke, problems: [...proof.problems, ...seen] };
  if (output.json) output.document(verifyJson(plan, [...warnings, ...read.problems, ...unfinished], found));
  else showVerified(plan, found, context);
  const failed = found.problems.find(isError);
  if (failed !== undefined) return problemCodes[failed.code];
  return plan.changes.length + unfinished.length > 0 ? exitCodes.changesPending : exitCodes.done;
};

/**
 * The proof cannot do without its PINs; what the settings hold is compared as far as that goes without
 * asking.
 */
async function secretsFor(profile: Profile, proves: boolean, context: CommandContext): Promise<ReadSecrets> {
  const uses = secretUses(profile);
  const proof = await readSecrets(
    uses.filter(({ purpose }) => proves && purpose === "proof"),
    context,
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
  if (proof.smoke.tokens.length > 0) output.result(`\n${smokeReportText(proof.smoke, output.style)}`);
  for (const problem of proof.problems) output.problem(problem);
  const unsigned = unsignedText(proof.smoke);
  if (unsigned !== "" && !proof.problems.some(isError)) output.result(unsigned);
}
