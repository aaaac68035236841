import { callers } from "../../host/given-file.js";
import { type Connection, endpointText, type Profile } from "../../profile/types.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { isError, Problem, throwIfErrors, exitCodeOf } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import { quotedName } from "../../profile/words/quote.js";
import { allSteps } from "../../steps/index.js";
import { planText } from "../../ui/reports/plan-text.js";
import { verifyJson } from "../../ui/reports/report-json.js";
import { smokeReportText, unsignedText } from "../../ui/reports/smoke-report-text.js";
import { progressListener } from "../../ui/terminal/progress-lines.js";
import { lookAround, makePlan, type Plan } from "../../workflow/plan.js";
import { type ProofResult, prove } from "../../workflow/prove.js";
import { unfinishedWarning } from "../../workflow/recover.js";
import type { StepInput } from "../../workflow/step.js";
import { type CommandContext, type CommandRun, pkcs11Worker } from "../command.js";
import type { Probed } from "../ha/probe-members.js";
import { readSecrets, type ReadSecrets, readSecretsIfPossible } from "./read-secrets.js";
import { handsPinsOn, trustedBy, validProfile } from "./valid-profile.js";

export interface VerifyArguments {
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
        worker: pkcs11Worker(context),
        timeoutMs: args.timeout * 1000,
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
  if (output.json) output.document(verifyJson(plan, [...warnings, ...read.problems, ...unfinished], found));
  else showVerified(plan, found, context);
  const differs = plan.changes.length + unfinished.length > 0;
  return exitCodeOf(found.problems, differs ? exitCodes.changesPending : exitCodes.done);
};

/**
 * The proof cannot do without its PINs; the settings' secrets are compared as far as is possible without
 * prompting.
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

const timeoutMs = 5000;

/**
 * What is wrong with the members of the HA vectors that users log in through, each probed without a
 * credential: the smoke test proves the first that answers, and says nothing about the others. Nothing for
 * `--root`.
 */
export async function vectorProblems(
  { profile: { connections, users, source }, host }: StepInput,
  { signal }: CommandContext,
): Promise<readonly Problem[]> {
  const used = new Set([...users.values()].map(({ connection }) => connection));
  const vectors = [...connections.values()].filter(
    ({ name, endpoints }) => used.has(name) && endpoints.length > 1,
  );
  const isCut = (): boolean => signal.aborted;
  if (vectors.length === 0 || host.root !== "/" || isCut()) return [];
  const { probeAll } = await import("../ha/probe-members.js");
  const wanted = vectors.flatMap(({ name, endpoints }) =>
    endpoints.map((target) => ({ connection: name, source, target })),
  );
  const probed = await probeAll(wanted, { timeoutMs, signal });
  // what a signal interrupted would be reported as timed out
  if (isCut()) return [];
  return vectors.flatMap((vector) =>
    problemsOf(
      vector,
      probed.filter(({ connection }) => connection === vector.name),
    ),
  );
}

function problemsOf({ name }: Pick<Connection, "name">, probed: readonly Probed[]): readonly Problem[] {
  const problems = probed.flatMap((one) => one.problems);
  const bad = probed
    .filter((one) => one.problems.some(isError))
    .map(({ report }) => endpointText(report.target));
  if (bad.length === 0) return problems;
  return [
    ...problems,
    new Problem(
      "members-unwell",
      `${bad.length} of the ${probed.length} members of connection ${quotedName(name)} cannot be used`,
      {
        detail: bad.join(", "),
        hint:
          bad.length === probed.length
            ? "nothing can log in through it"
            : "fix them before the others fail; knetctl ha remove takes one out of the vector",
      },
    ),
  ];
}
