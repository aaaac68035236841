import { resolve } from "node:path";
import { prometheusText } from "../../formats/prometheus-text.js";
import { callers } from "../../host/given-file.js";
import { asAbsolutePath } from "../../host/path.js";
import type { ExitCode } from "../../problem/exit-codes.js";
import { problemsOf } from "../../problem/internal-error.js";
import { exitCodeOf, Problem, Problems } from "../../problem/problem.js";
import { nagiosLine } from "../../ui/reports/nagios-line.js";
import type { Observation } from "../../ui/reports/observation.js";
import { verifyMetrics } from "../../ui/reports/verify-metrics.js";
import type { CommandContext } from "../command.js";
import { look, showVerified, type Verified, type VerifyArguments } from "./verified.js";

/**
 * `verify` for those who watch a host by machine: it probes connections of one endpoint too, writes metrics,
 * also of what it could not carry out, and speaks as a monitoring plugin if it is to. Metrics that cannot be
 * written are a problem, which does not hide what was seen.
 */
export async function watch(args: VerifyArguments, given: CommandContext): Promise<ExitCode> {
  const nagios = args.nagios === true;
  const context = nagios ? inSilence(given) : given;
  const start = performance.now();
  const observed = (what: Pick<Observation, "verdict" | "drift" | "smoke" | "members" | "problems">) => ({
    profile: resolve(given.workingFolder, args.profile),
    version: given.version,
    ended: new Date(),
    ms: performance.now() - start,
    ...what,
  });
  let seen: Verified;
  try {
    seen = await look(args, context, { single: true });
  } catch (error) {
    // the line of a plugin goes to other machines
    const problems = problemsOf(error, { isPrivate: nagios });
    const observation = observed({
      verdict: undefined,
      drift: undefined,
      smoke: { tokens: [] },
      members: [],
      problems,
    });
    const unwritten = await writeMetrics(args.metrics, observation, given);
    if (nagios) return speak(observation, unwritten, given);
    throw unwritten.length === 0 || problems.length === 0 ? error : new Problems([...problems, ...unwritten]);
  }
  const { plan, warnings, found, members } = seen;
  const isCut = found.problems.some(({ code }) => code === "interrupted");
  const observation = observed({
    verdict: isCut ? undefined : seen.verdict,
    drift: plan.changes.length,
    smoke: found.smoke,
    members,
    problems: [...warnings, ...plan.problems, ...found.problems],
  });
  const unwritten = await writeMetrics(args.metrics, observation, given);
  if (nagios) return speak(observation, unwritten, given);
  showVerified({ ...seen, found: { ...found, problems: [...found.problems, ...unwritten] } }, given);
  return exitCodeOf(found.problems, exitCodeOf(unwritten, seen.exitCode));
}

/** A plugin's reader may take standard error for more of the line. */
function inSilence(context: CommandContext): CommandContext {
  const nothing = (): void => undefined;
  const output = { ...context.output, problem: nothing, note: nothing, transient: nothing };
  return { ...context, output };
}

function speak(
  observation: Observation,
  unwritten: readonly Problem[],
  { output }: CommandContext,
): ExitCode {
  const problems = [...observation.problems, ...unwritten];
  const { line, exitCode } = nagiosLine({ ...observation, problems });
  output.result(output.told?.(line) ?? line);
  return exitCode;
}

/** Returns why they cannot be written. */
async function writeMetrics(
  file: string | undefined,
  observation: Observation,
  { workingFolder, environment }: Pick<CommandContext, "workingFolder" | "environment">,
): Promise<readonly Problem[]> {
  const path = file === undefined ? undefined : asAbsolutePath(resolve(workingFolder, file));
  if (path === undefined) return [];
  const { publishFile } = await import("../../host/publish-file.js");
  try {
    publishFile(path, prometheusText(verifyMetrics(observation)), callers(environment));
    return [];
  } catch (error) {
    if (error instanceof Problem) return [error];
    throw error;
  }
}
