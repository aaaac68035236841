import { callers } from "../../host/given-file.js";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import { errorsLast, exitCodeOf, type Problem, throwIfErrors } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import type { Profile } from "../../profile/types.js";
import { allSteps } from "../../steps/index.js";
import { verifyChecked } from "../../ui/checks/plan-checks.js";
import { warningsOf } from "../../ui/checks/smoke-checks.js";
import type { MemberState } from "../../ui/reports/observation.js";
import { stepTexts } from "../../ui/reports/plan-text.js";
import { verifyJson, type VerifyVerdict, verifyVerdict } from "../../ui/reports/report-json.js";
import { verifyText } from "../../ui/reports/verify-text.js";
import { progressListener } from "../../ui/terminal/progress-lines.js";
import { lookAround, makePlan, type Plan } from "../../workflow/plan.js";
import { type ProofResult, prove } from "../../workflow/prove.js";
import { unfinishedWarning } from "../../workflow/undo/recover.js";
import { type CommandContext, pkcs11Worker } from "../command.js";
import { failedOn, type FailOnArguments } from "../fail-on.js";
import { warnOfImageSecrets } from "../secrets/image-secrets.js";
import { readSecrets, type ReadSecrets, readSecretsIfPossible } from "../secrets/read-secrets.js";
import { type LoginArguments, refusedPinsOf } from "../secrets/refused-pins.js";
import { showSmokeReport } from "./run-plan.js";
import { provesStores, trustedBy, validProfile } from "./valid-profile.js";
import { lookAtMembers } from "./vector-problems.js";

export interface VerifyArguments extends LoginArguments, FailOnArguments {
  readonly profile: string;
  readonly root?: string | undefined;
  readonly smokeTest: boolean;
  readonly timeout: number;
  /** The application is yet to be started. */
  readonly beforeStart?: boolean | undefined;
  readonly metrics?: string | undefined;
  readonly nagios?: boolean | undefined;
}

/** What was seen of a host. */
export interface Verified {
  readonly plan: Plan;
  /** Of the profile, its secrets and the history. */
  readonly warnings: readonly Problem[];
  readonly found: ProofResult;
  readonly members: readonly MemberState[];
  readonly verdict: VerifyVerdict;
  readonly exitCode: ExitCode;
}

/** Looks, and changes nothing. Throws Problem or Problems where it cannot. `single`: see `lookAtMembers`. */
export async function look(
  args: VerifyArguments,
  context: CommandContext,
  { single } = { single: false },
): Promise<Verified> {
  const { output, signal } = context;
  const { profile, warnings } = await validProfile(
    args.profile,
    context,
    trustedBy(context, (read) => context.isRoot && args.smokeTest && provesStores(read)),
  );
  const host = await context.host({ root: args.root, readOnly: true });
  const carried = warnOfImageSecrets(profile, host, context);
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
      beforeStart: args.beforeStart === true,
    }),
    input,
  );
  throwIfErrors(plan.problems);
  const proof = await prove(plan, host, {
    prove: args.smokeTest,
    signal,
    listener: progressListener(output),
  });
  const around = await lookAround(plan.steps, signal);
  const looked = smokeTest ? await lookAtMembers(input, context, { single }) : { members: [], problems: [] };
  const found = { smoke: proof.smoke, problems: [...proof.problems, ...around, ...looked.problems] };
  const differs = plan.changes.length + unfinished.length > 0;
  const told = [...warnings, ...carried, ...read.problems, ...unfinished];
  const exitCode = exitCodeOf(found.problems, differs ? exitCodes.changesPending : exitCodes.done);
  return {
    plan,
    warnings: told,
    found,
    members: looked.members,
    verdict: verifyVerdict(found.problems, differs),
    exitCode: failedOn(args.failOn, exitCode, [
      ...told,
      ...plan.problems,
      ...found.problems,
      ...warningsOf(found.smoke),
    ]),
  };
}

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

/** The document of `--json`; or drift, smoke test, problems and verdict. */
export function showVerified(
  { plan, warnings, found, members, verdict }: Verified,
  { output }: Pick<CommandContext, "output">,
): void {
  if (output.json) {
    output.document(verifyJson(plan, warnings, found, verdict));
    return;
  }
  output.checks?.(() => verifyChecked(plan, warnings, found, members));
  const steps = stepTexts(plan, output);
  if (steps.length > 0) output.result(steps.join("\n\n"));
  showSmokeReport(found.smoke, output);
  for (const problem of errorsLast([...plan.problems, ...found.problems])) output.problem(problem);
  output.result(verifyText(verdict, plan, found));
}
