import { type Endpoint, endpointText } from "../../../profile/types.js";
import { asWarning, Problem, Problems } from "../../../problem/problem.js";
import type { CommandContext } from "../../command.js";
import { isGood, probeAll, type Probed } from "../probe/probed.js";
import type { VectorEdition } from "./edition.js";

const timeoutMs = 5000;

/**
 * Asks the members that a connection is to have what they are, without a credential. Throws what is wrong
 * with any that the edit vouches for, or with all of them, since nothing could log in then; shows and returns
 * the warnings about the others.
 */
export async function probeMembers(
  { vouched, others }: VectorEdition,
  { output, signal }: CommandContext,
): Promise<readonly Problem[]> {
  const endpoints = [...vouched, ...others];
  if (endpoints.length === 0) return [];
  output.transient(`probing ${endpoints.length === 1 ? "the member" : `${endpoints.length} members`} …`);
  const all = await probeAll(
    endpoints.map((target) => ({ connection: undefined, target })),
    { timeoutMs, signal },
  );
  if (signal.aborted) throw new Problem("interrupted", "interrupted by a signal; nothing was changed");
  const chosen = all.slice(0, vouched.length);
  refuseBad(chosen, "nothing was changed: a new or promoted member does not pass the probe");
  if (!all.some(isGood))
    refuseBad(all, "nothing was changed: no member that the connection would be left with passes the probe");
  const problems = all.flatMap((one) => one.problems.map(asWarning));
  for (const problem of problems) output.problem(problem);
  return problems;
}

function refuseBad(probed: readonly Probed[], title: string): void {
  const bad = probed.filter((one) => !isGood(one)).map(({ report }) => report.target);
  if (bad.length > 0)
    throw new Problems([...probed.flatMap(({ problems }) => problems), refused(title, bad)]);
}

function refused(title: string, endpoints: readonly Endpoint[]): Problem {
  const few = endpoints.slice(0, 8).map(endpointText).join(", ");
  return new Problem("ha-member-refused", title, {
    detail: endpoints.length > 8 ? `${few} and ${endpoints.length - 8} more` : few,
    hint:
      `mend ${endpoints.length === 1 ? "it" : "them"} and try again; --no-probe takes ` +
      (endpoints.length === 1 ? "it as it is" : "them as they are"),
  });
}
