import { realFiles } from "../../host/files/real-files.js";
import { callers } from "../../host/given-file.js";
import { exitCodes } from "../../problem/exit-codes.js";
import { problemsOf } from "../../problem/internal-error.js";
import { errorsLast, isError, needsPermission, Problem } from "../../problem/problem.js";
import { loadProfile } from "../../profile/load-profile.js";
import type { CommandRun } from "../command.js";
import { type Around, lookAround } from "./around.js";
import type { Check, Checked, Seen } from "./check.js";
import { checks } from "./checks.js";
import { checkedTable, doctorJson, verdictLine } from "./report.js";

export interface DoctorArguments {
  readonly profile?: string | undefined;
  readonly root?: string | undefined;
  readonly probe: boolean;
}

/**
 * `knetctl doctor`: looks at the surroundings, and says of each part whether it is right and what to do. For
 * any user, who is told what could not be seen. Changes nothing. Exit 0, or 1 if a check fails.
 */
export const doctor: CommandRun<DoctorArguments> = async (args, context) => {
  const { output, signal } = context;
  const trust = { callers: callers(context.environment), refuses: () => false };
  const around = await lookAround({
    context,
    host: await context.host({ root: args.root, readOnly: true }),
    machine: realFiles("/", []),
    given:
      args.profile === undefined ? undefined : await loadProfile(args.profile, context.workingFolder, trust),
    probes: args.probe,
  });
  const all = await Promise.all(
    checks.flatMap((check) => single(check, around)).map((check) => made(check, around)),
  );
  const checked = all.map((one) => ({ ...one, text: output.told?.(one.text) ?? one.text }));
  if (signal.aborted) throw new Problem("interrupted", "interrupted by a signal");
  if (output.json) output.document(doctorJson(checked));
  else {
    output.result(checkedTable(checked, output.style));
    for (const problem of errorsLast(checked.flatMap(({ problems }) => problems))) output.problem(problem);
    output.result(verdictLine(checked, context));
  }
  return checked.some(({ status }) => status === "fail") ? exitCodes.failed : exitCodes.done;
};

/** A check, or those that it stands for; if these cannot be told, it says why itself. */
export function single(check: Check, around: Around): readonly Check[] {
  try {
    const each = check.each?.(around) ?? [];
    return each.length > 0 ? each : [check];
  } catch (error) {
    if (error instanceof Problem) return [check];
    throw error;
  }
}

/** Makes one check. Whatever becomes of it, it is told. */
export async function made(check: Check, around: Around): Promise<Checked> {
  const { id, title } = check;
  const seen = await seenBy(check, around);
  if ("skipped" in seen) return { id, title, status: "skipped", text: seen.skipped, problems: [] };
  const { text, problems = [] } = seen;
  const status = problems.some(isError) ? "fail" : problems.length > 0 ? "warn" : "ok";
  return { id, title, status, text, problems };
}

async function seenBy(check: Check, around: Around): Promise<Seen> {
  try {
    return await check.look(around);
  } catch (error) {
    const problems = problemsOf(error, { title: `the check ${check.id} failed unexpectedly` });
    const [first] = problems;
    if (!around.context.isRoot && first !== undefined && problems.every(needsPermission))
      return { skipped: `needs root: ${first.where?.path ?? first.message}` };
    return { text: first?.message ?? "", problems };
  }
}
