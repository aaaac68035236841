import type { Host } from "../../../host/host.js";
import type { RefusedPins } from "../../../pkcs11/refused-pins/refused-pins.js";
import { exitCodes, type ExitCode } from "../../../problem/exit-codes.js";
import { Problem } from "../../../problem/problem.js";
import type { Secret } from "../../../problem/secret.js";
import { secretUses } from "../../../profile/secret-uses.js";
import type { KeyStore, PinSource, Profile } from "../../../profile/types.js";
import { vectorStep } from "../../../steps/client-config/step.js";
import { keyStoresStep } from "../../../steps/key-stores/step.js";
import { membersStep } from "../../../steps/members/step.js";
import { clientConfigOwnershipStep } from "../../../steps/ownership/step.js";
import { profileFileStep } from "../../../steps/profile-file/step.js";
import { serviceStep } from "../../../steps/service/step.js";
import { smokeTestStep } from "../../../steps/smoke-test/step.js";
import { planJson } from "../../../ui/reports/report-json.js";
import { canAsk } from "../../../ui/terminal/confirm.js";
import type { Output } from "../../../ui/terminal/output.js";
import { cleanLine } from "../../../ui/text/clean-text.js";
import type { Plan } from "../../../workflow/plan.js";
import { refuseRecords } from "../../../workflow/journal/without-records.js";
import type { Staging } from "../../../workflow/staging.js";
import { unfinishedWarning } from "../../../workflow/undo/recover.js";
import type { Step, StepInput } from "../../../workflow/step.js";
import { pkcs11Worker, requireRoot, type CommandContext } from "../../command.js";
import { readSecrets, readSecretsIfPossible, type ReadSecrets } from "../../secrets/read-secrets.js";
import { refusedPinsOf, throwIfRefusedBefore } from "../../secrets/refused-pins.js";
import { withRecord } from "../../run/run-record.js";
import { agreed, runPlan, shownPlan, showRun, type Recovered, withLockedHost } from "../../run/run-plan.js";
import { requiredEndpoint } from "../endpoint-argument.js";
import { membersToProbe, probeMembers } from "./probe-members.js";
import type { EditableProfile, EditArguments, EditRequest } from "./edit-request.js";
import type { VectorEdit, Verb } from "./vector-edits.js";
import { editedVector } from "./vector-edits.js";

/**
 * `knetctl ha set`, `add`, `remove` and `promote`: one connection's endpoints, by a plan and a run like those
 * of `apply`. The members that it will have are probed before anything is written. Exit 0, also if there is
 * nothing to change; 2 if something would change, but it was a dry run or the user did not agree.
 */
export async function edit(verb: Verb, args: EditArguments, context: CommandContext): Promise<ExitCode> {
  context.output.ifThrown("nothing was changed");
  const wanted = requestedEdit(verb, args);
  const host = await context.host({ root: args.root, readOnly: args.dryRun });
  const request = { edit: wanted, args, host, context };
  if (!args.dryRun) {
    requireRoot(context, `ha ${verb}`, `ha ${verb} --dry-run`);
    if (!args.yes && !canAsk(context.output)) throw notConfirmed(verb, context.output);
  }
  if (args.dryRun) return dryRun(request);
  return withLockedHost(host, args.lockTimeout, context, (recovered, staging) =>
    changed({ ...request, staging }, staging, recovered),
  );
}

/** The requested edit, checked as far as possible without the host. Throws `ha-endpoint-invalid`. */
export function requestedEdit(
  verb: Verb,
  { connection, endpoints, first = false, before }: EditArguments,
): VectorEdit {
  const place = before === undefined ? (first ? "first" : "last") : { before: requiredEndpoint(before) };
  return { verb, connection, endpoints: endpoints.map(requiredEndpoint), place };
}

async function dryRun(request: EditRequest): Promise<ExitCode> {
  const {
    edit: wanted,
    host,
    context: { output },
  } = request;
  const unfinished = await unfinishedWarning(host);
  for (const problem of unfinished) output.problem(problem);
  const { plan, warnings } = await plannedEdit(request);
  if (output.json) output.document(planJson(plan, [...unfinished, ...warnings]));
  else if (plan.changes.length === 0) output.result(nothingText(wanted));
  return plan.changes.length + unfinished.length > 0 ? exitCodes.changesPending : exitCodes.done;
}

async function changed(request: EditRequest, staging: Staging, recovered: Recovered): Promise<ExitCode> {
  const { edit: wanted, args, host, context } = request;
  const { output } = context;
  if (!args.journal) refuseRecords(host);
  const { plan, input, checkPins, warnings } = await plannedEdit(request);
  if (plan.changes.length === 0 && !output.json) {
    output.result(nothingText(wanted));
    return exitCodes.done;
  }
  if (!(await agreed(plan, args, context))) {
    output.result("the edit was not made");
    return exitCodes.changesPending;
  }
  const prove = args.smokeTest && plan.changes.length > 0;
  if (prove && host.root === "/") await checkPins();
  const result = await runPlan(
    plan,
    { input, wantedBy: `ha ${wanted.verb} ${wanted.connection}`, rollback: args.rollback, prove },
    context,
  );
  const shown = await withRecord(result, { journal: args.journal, host, staging });
  return showRun(plan, shown, { recovered, warnings, note: leftOut(args) }, context);
}

function nothingText({ connection }: VectorEdit): string {
  return `nothing to change: connection ${cleanLine(connection)} has these endpoints, in this order`;
}

function leftOut({ smokeTest, profile }: EditArguments): string | undefined {
  return smokeTest && profile === undefined
    ? "no login was proven: --profile FILE gives the smoke test its PINs"
    : undefined;
}

function notConfirmed(verb: Verb, { json }: Output): Problem {
  const title = json
    ? "with --json nobody is asked for confirmation"
    : "there is no terminal to ask for confirmation on";
  return new Problem("ha-not-confirmed", title, {
    hint: `add --yes; knetctl ha ${verb} … --dry-run shows what it would do`,
  });
}

/** An edit of one connection, planned as `apply` plans. */
interface PlannedEdit {
  readonly plan: Plan;
  readonly input: StepInput & { readonly host: Host };
  /** Before the plan is made and proven: throws `pin-refused-before` if a PIN's token refused it before. */
  readonly checkPins: () => Promise<void>;
  /** Already shown; for the document. */
  readonly warnings: readonly Problem[];
}

/**
 * Edits the connection in a profile, the given one or one that describes the host, and plans what follows
 * from it: on the host, only this connection changes, and the key stores that take their address from it.
 * Other differences between host and profile are left to `apply`. The members that the connection will have
 * are probed. Throws Problems.
 */
export async function plannedEdit(request: EditRequest): Promise<PlannedEdit> {
  const { edit, args, host, context, staging } = request;
  const before = await profileToEdit(request);
  const endpoints = editedVector(before.vector, edit);
  const { profile, file, warnings } = await before.edited(endpoints);
  for (const problem of warnings) context.output.problem(problem);
  const touched = touchedBy(edit.connection, before.profile, profile);
  const { secrets, problems } = await secretsFor(touched, request);
  const known = refusedPinsOf(args, context);
  const steps = [
    clientConfigOwnershipStep,
    vectorStep({ connection: edit.connection, from: before.inUse, to: endpoints }),
    ...(touched.keyStores.size > 0 ? [keyStoresStep(secrets, new Set(touched.keyStores.keys()))] : []),
    // a config.json without users has nothing to prove; for a profile, the smoke test says so
    ...(touched.users.size > 0 || file !== undefined
      ? proofSteps(touched.users, secrets, known, request)
      : []),
    ...(file === undefined ? [] : [profileFileStep(file)]),
    serviceStep({ restart: args.restart, ...(before.noUnit !== undefined && { noUnit: before.noUnit }) }),
  ];
  const members = membersToProbe(edit.verb, before.inUse, endpoints);
  // an image's client may see networks other than this machine's
  const asked = host.root === "/" ? members : { ...members, others: [] };
  const found = args.probe ? await probeMembers(asked, context) : [];
  const input = { profile, host, ...(staging && { staging }) };
  const { users } = touched;
  return {
    checkPins: () => throwIfRefusedBefore({ ...profile, users }, secrets, known),
    plan: await shownPlan(steps, input, context),
    input,
    warnings: [...warnings, ...problems, ...found],
  };
}

async function profileToEdit(request: EditRequest): Promise<EditableProfile> {
  const { profile } = request.args;
  if (profile === undefined) return (await import("./profile-of-config.js")).profileOfConfig(request);
  return (await import("./given-profile.js")).givenProfile(profile, request);
}

/** What an edit of a connection affects. */
interface Touched {
  /** The users that log in through it. */
  readonly users: Profile["users"];
  /** The key stores that change with it. */
  readonly keyStores: ReadonlyMap<string, KeyStore>;
}

function touchedBy(connection: string, before: Profile, after: Profile): Touched {
  return {
    users: new Map([...after.users].filter(([, user]) => user.connection === connection)),
    keyStores: new Map(
      [...(after.keyStores ?? [])].filter(
        ([name, store]) => JSON.stringify(store) !== JSON.stringify(before.keyStores?.get(name)),
      ),
    ),
  };
}

/** The secrets to be written, and the PINs for the proof. */
function secretsFor(touched: Touched, request: EditRequest): Promise<ReadSecrets> {
  const { args, host, context } = request;
  const proves = args.smokeTest && !args.dryRun && host.root === "/";
  const uses = secretUses(touched).filter(({ purpose }) => purpose === "settings" || proves);
  return args.dryRun ? readSecretsIfPossible(uses, context) : readSecrets(uses, context, args);
}

/**
 * The smoke test and the proof of new members, for these users only. Without their PINs, as far as is
 * possible without a login.
 */
function proofSteps(
  users: Profile["users"],
  pins: ReadonlyMap<PinSource, Secret>,
  refusedPins: RefusedPins,
  { args: { timeout, prove, dryRun }, context }: EditRequest,
): readonly Step[] {
  const options = { worker: pkcs11Worker(context), timeoutMs: timeout * 1000, pins, refusedPins };
  const steps = [
    smokeTestStep(options),
    ...(dryRun ? [] : [membersStep(options, prove ? "proven" : "left-out")]),
  ];
  return steps.map((step) => ({
    ...step,
    plan: (input, planned) => step.plan({ ...input, profile: { ...input.profile, users } }, planned),
  }));
}
