import { callers } from "../../host/given-file.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { asWarning, exitCodeOf, isError, Problem, throwIfErrors } from "../../problem/problem.js";
import { secretUses } from "../../profile/secret-uses.js";
import { type Connection, endpointText, type Profile } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import { allSteps } from "../../steps/index.js";
import { planText } from "../../ui/reports/plan-text.js";
import { verifyJson, verifyVerdict } from "../../ui/reports/report-json.js";
import { unsignedText } from "../../ui/reports/smoke-report-text.js";
import { progressListener } from "../../ui/terminal/progress-lines.js";
import type { Probed } from "../../vhsm/probe/probe-all.js";
import { lookAround, makePlan, type Plan } from "../../workflow/plan.js";
import { type ProofResult, prove } from "../../workflow/prove.js";
import { unfinishedWarning } from "../../workflow/undo/recover.js";
import type { StepInput } from "../../workflow/step.js";
import { type CommandContext, type CommandRun, pkcs11Worker } from "../command.js";
import { readSecrets, type ReadSecrets, readSecretsIfPossible } from "./read-secrets.js";
import { type LoginArguments, refusedPinsOf } from "./refused-pins.js";
import { showSmokeReport } from "./run-plan.js";
import { provesStores, trustedBy, validProfile } from "./valid-profile.js";

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

/**
 * What is wrong with the members of every HA vector, all probed at once and without a credential: the smoke
 * test proves the first that answers, and says nothing about the others. A vector of which some members can
 * be used is `members-degraded`, one without any `members-unwell`; one that no user logs in through is only
 * warned of. Nothing for `--root`.
 */
export async function vectorProblems(
  { profile: { connections, users, source }, host }: StepInput,
  { signal }: Pick<CommandContext, "signal">,
): Promise<readonly Problem[]> {
  const vectors = [...connections.values()].filter(({ endpoints }) => endpoints.length > 1);
  const isCut = (): boolean => signal.aborted;
  if (vectors.length === 0 || host.root !== "/" || isCut()) return [];
  const { probeAll, usualProbeMs } = await import("../../vhsm/probe/probe-all.js");
  const wanted = vectors.flatMap(({ name, endpoints }) =>
    endpoints.map((target) => ({ connection: name, source, target })),
  );
  const probed = await probeAll(wanted, { timeoutMs: usualProbeMs, signal });
  // what a signal interrupted would be reported as timed out
  if (isCut()) return [];
  const used = new Set([...users.values()].map(({ connection }) => connection));
  return vectors.flatMap((vector) => {
    const found = problemsOf(
      vector,
      probed.filter(({ connection }) => connection === vector.name),
    );
    return used.has(vector.name) ? found : found.map(asWarning);
  });
}

function problemsOf({ name }: Pick<Connection, "name">, probed: readonly Probed[]): readonly Problem[] {
  const problems = probed.flatMap((one) => one.problems);
  const bad = probed.filter((one) => one.problems.some(isError)).map(textOf);
  if (bad.length === 0) return problems;
  return [...problems, bad.length === probed.length ? unwell(name, bad) : degraded(name, bad, probed)];
}

function textOf({ report }: Probed): string {
  return endpointText(report.target);
}

function unwell(connection: string, bad: readonly string[]): Problem {
  return new Problem(
    "members-unwell",
    `none of the ${bad.length} members of connection ${quotedName(connection)} can be used`,
    { detail: bad.join(", "), hint: "nothing can log in through it: fix one of them first" },
  );
}

function degraded(connection: string, bad: readonly string[], probed: readonly Probed[]): Problem {
  const left = probed.map(textOf).filter((member) => !bad.includes(member));
  return new Problem(
    "members-degraded",
    `connection ${quotedName(connection)} is degraded: ${bad.length} of its ${probed.length} members ` +
      "cannot be used",
    {
      detail: bad.join(", "),
      hint:
        (left.length === 1 ? `only ${left.join("")} still answers` : `${left.length} still answer`) +
        ": fix the others while that is so; knetctl ha remove takes a member out of the vector",
    },
  );
}
