import { asWarning, isError, Problem, Problems } from "../../problem/problem.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../profile/types.js";
import { quotedName } from "../../profile/words/quote.js";
import { type ComparedConnection, compareWithConfig } from "../../vendor/client-config/new-endpoints.js";
import type { Probed } from "../../vhsm/probe/probe-all.js";
import type { StepInput } from "../../workflow/step.js";
import type { CommandContext } from "../command.js";

export interface ProbeChoice {
  /** False: nothing is probed. */
  readonly probe: boolean;
  /** False: new members of an HA vector are accepted as they are, as long as one of the vector passes. */
  readonly prove: boolean;
}

/**
 * Probes the endpoints that a run would bring to the host, without a credential, before anything else is
 * tried: the wrong port of a VHSM costs seconds here, and a login or an installer's run later. Throws the
 * problems, with `apply-endpoint-refused`, if a user could not log in through one of them; shows and returns
 * the others as warnings. Nothing for an image, whose client may see other networks.
 */
export async function probeNewEndpoints(
  input: StepInput,
  choice: ProbeChoice,
  { output, signal }: CommandContext,
): Promise<readonly Problem[]> {
  const fresh = choice.probe && input.host.root === "/" ? newToHost(input) : [];
  if (fresh.length === 0) return [];
  const { probeAll, usualProbeMs } = await import("../../vhsm/probe/probe-all.js");
  const wanted = fresh.flatMap(({ connection: { name }, added }) =>
    added.map((target) => ({ connection: name, source: input.profile.source, target })),
  );
  output.transient(`probing ${wanted.length === 1 ? "the new endpoint" : `${wanted.length} endpoints`} …`);
  const probed = await probeAll(wanted, { timeoutMs: usualProbeMs, signal });
  if (signal.aborted) throw new Problem("interrupted", "interrupted by a signal; nothing was changed");
  const used = new Set([...input.profile.users.values()].map(({ connection }) => connection));
  const judged = fresh.map((one) =>
    judge(
      one,
      probed.filter(({ connection }) => connection === one.connection.name),
      { ...choice, isUsed: used.has(one.connection.name) },
    ),
  );
  const problems = judged.flat();
  if (problems.some(isError)) throw new Problems(problems);
  for (const problem of problems) output.problem(problem);
  return problems;
}

/** A config.json that cannot be used, or a home that cannot be told, is the plan's to report. */
function newToHost(input: StepInput): readonly ComparedConnection[] {
  try {
    return compareWithConfig(input).filter(({ added }) => added.length > 0);
  } catch (error) {
    if (error instanceof Problems || error instanceof Problem) return [];
    throw error;
  }
}

function judge(
  { connection: { name, endpoints }, added }: ComparedConnection,
  probed: readonly Probed[],
  { prove, isUsed }: Pick<ProbeChoice, "prove"> & { readonly isUsed: boolean },
): readonly Problem[] {
  const problems = probed.flatMap((one) => one.problems);
  const bad = probed.filter((one) => one.problems.some(isError)).map(({ report }) => report.target);
  const accepted = !isUsed || (!prove && bad.length < endpoints.length);
  if (bad.length === 0 || accepted) return problems.map(asWarning);
  return [...problems, refused(name, bad, added.length)];
}

function refused(connection: string, bad: readonly Endpoint[], of: number): Problem {
  const one = bad.length === 1;
  const name = quotedName(connection);
  return new Problem(
    "apply-endpoint-refused",
    one
      ? `nothing was tried or changed: a new endpoint of connection ${name} does not pass the probe`
      : `nothing was tried or changed: ${bad.length} of the ${of} new endpoints of connection ${name} do ` +
          "not pass the probe",
    {
      detail: bad.map(endpointText).join(", "),
      hint: `fix ${one ? "it" : "them"} and try again; --no-probe leaves the probe out`,
    },
  );
}
