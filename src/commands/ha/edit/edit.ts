import { type ExitCode, exitCodes } from "../../../problem/exit-codes.js";
import { Problem } from "../../../problem/problem.js";
import { planText } from "../../../ui/reports/plan-text.js";
import { planJson } from "../../../ui/reports/report-json.js";
import { canAsk, confirm } from "../../../ui/terminal/confirm.js";
import { cleanLine } from "../../../ui/text/clean-text.js";
import type { Plan } from "../../../workflow/plan.js";
import { unfinishedWarning } from "../../../workflow/recover.js";
import { type CommandContext, requireRoot } from "../../command.js";
import { type Recovered, runPlan, showRun, withLockedHost } from "../../run/run-plan.js";
import { requiredEndpoint } from "../endpoint-argument.js";
import type { EditArguments, EditRequest } from "./edit-request.js";
import { plannedEdit } from "./planned-edit.js";
import type { VectorEdit, Verb } from "./vector-edits.js";

/**
 * `knetctl ha set`, `add`, `remove` and `promote`: one connection's endpoints, by a plan and a run like those
 * of `apply`. The members that it will have are probed before anything is written. Exit 0, also if there is
 * nothing to change; 2 if something would change, but it was a dry run or the user did not agree.
 */
export async function edit(verb: Verb, args: EditArguments, context: CommandContext): Promise<ExitCode> {
  const wanted = requestedEdit(verb, args);
  const host = await context.host({ root: args.root, readOnly: args.dryRun });
  const request = { edit: wanted, args, host, context };
  if (!args.dryRun) {
    requireRoot(context, `ha ${verb}`, `ha ${verb} --dry-run`);
    if (!args.yes && !canAsk(context.output)) throw notConfirmed(verb);
  }
  if (args.dryRun) return dryRun(request);
  return withLockedHost(host, args.lockTimeout, context, (recovered, staging) =>
    changed({ ...request, staging }, recovered),
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

async function changed(request: EditRequest, recovered: Recovered): Promise<ExitCode> {
  const { edit: wanted, args, context } = request;
  const { output } = context;
  const { plan, input, checkPins, warnings } = await plannedEdit(request);
  if (plan.changes.length === 0 && !output.json) {
    output.result(nothingText(wanted));
    return exitCodes.done;
  }
  if (plan.changes.length > 0 && !args.yes && !(await agreed(plan, context))) {
    output.result("the edit was not made");
    return exitCodes.changesPending;
  }
  const prove = args.smokeTest && plan.changes.length > 0;
  if (prove && request.host.root === "/") await checkPins();
  const result = await runPlan(
    plan,
    { input, wantedBy: `ha ${wanted.verb} ${wanted.connection}`, rollback: args.rollback, prove },
    context,
  );
  return showRun(plan, result, { recovered, warnings, note: leftOut(args) }, context);
}

async function agreed(plan: Plan, { output, signal }: CommandContext): Promise<boolean> {
  // nobody can agree to what was not shown
  if (output.quiet) output.result(`${planText(plan, output.style)}\n`);
  return confirm("apply this?", signal);
}

function nothingText({ connection }: VectorEdit): string {
  return `nothing to change: connection ${cleanLine(connection)} has these endpoints, in this order`;
}

function leftOut({ smokeTest, profile }: EditArguments): string | undefined {
  return smokeTest && profile === undefined
    ? "no login was proven: --profile FILE gives the smoke test its PINs"
    : undefined;
}

function notConfirmed(verb: Verb): Problem {
  return new Problem("ha-not-confirmed", "there is no terminal to ask for confirmation on", {
    hint: `add --yes; knetctl ha ${verb} … --dry-run shows what it would do`,
  });
}
