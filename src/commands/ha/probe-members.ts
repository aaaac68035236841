import { Problem, Problems } from "../../problem/problem.js";
import type { Endpoint } from "../../profile/types.js";
import { endpointText } from "../../members/member-proof.js";
import type { CommandContext } from "../command.js";
import { isGood, probeAll } from "./probed.js";

const timeoutMs = 5000;

/** Asks new members what they are, without a credential. Throws what is wrong with any that the client could not use; shows and returns the warnings about the others. */
export async function probeMembers(endpoints: readonly Endpoint[], { output, signal }: CommandContext): Promise<readonly Problem[]> {
  if (endpoints.length === 0) return [];
  output.transient(`probing ${endpoints.length === 1 ? "the new member" : `${endpoints.length} new members`} …`);
  const all = await probeAll(endpoints.map((target) => ({ connection: undefined, target })), { timeoutMs, signal });
  if (signal.aborted) throw new Problem("interrupted", "interrupted by a signal; nothing was changed");
  const problems = all.flatMap((one) => one.problems);
  const bad = all.filter((one) => !isGood(one)).map(({ report }) => endpointText(report.target));
  if (bad.length > 0) throw new Problems([...problems, refused(bad)]);
  for (const problem of problems) output.problem(problem);
  return problems;
}

function refused(endpoints: readonly string[]): Problem {
  const few = endpoints.slice(0, 8).join(", ");
  return new Problem("ha-member-refused", "nothing was changed: a new member does not pass the probe", {
    detail: endpoints.length > 8 ? `${few} and ${endpoints.length - 8} more` : few,
    hint: "mend it and try again; --no-probe takes it as it is",
  });
}
