import { asWarning, Problem, Problems } from "../../../problem/problem.js";
import { endpointMeaning } from "../../../profile/address.js";
import type { Endpoint } from "../../../profile/types.js";
import { isGood, probeAll, type Probed, usualProbeMs } from "../../../vhsm/probe/probe-all.js";
import type { CommandContext } from "../../command.js";
import { fewOf, type Verb } from "./vector-edits.js";

/** What a connection's endpoints are probed for before they are written. */
export interface MembersToProbe {
  /** Those that the edit vouches for: new ones, and one that is moved ahead of others. */
  readonly vouched: readonly Endpoint[];
  /** All others that the connection will have. Empty if nothing changes. */
  readonly others: readonly Endpoint[];
}

/**
 * Which endpoints an edit vouches for. `before` is what the client has now; undefined if that cannot be
 * determined. A removal vouches for none: a member that moves up when another is removed was not chosen.
 * Pure.
 */
export function membersToProbe(
  verb: Verb,
  before: readonly Endpoint[] | undefined,
  wanted: readonly Endpoint[],
): MembersToProbe {
  const [known, order] = [before ?? [], wanted].map((endpoints) => endpoints.map(endpointMeaning));
  if (known?.join() === order?.join()) return { vouched: [], others: [] };
  const isKnown = new Set(known);
  const isPromoted = (index: number): boolean =>
    index === 0 && verb !== "remove" && known?.[0] !== order?.[0];
  const isVouched = (index: number): boolean => !isKnown.has(order?.[index] ?? "") || isPromoted(index);
  return {
    vouched: wanted.filter((_, index) => isVouched(index)),
    others: wanted.filter((_, index) => !isVouched(index)),
  };
}

/**
 * Probes the members that a connection will have, without a credential. Throws the problems of those that the
 * edit vouches for, or of all if none passes, since nothing could log in then; shows and returns the warnings
 * about the others.
 */
export async function probeMembers(
  { vouched, others }: MembersToProbe,
  { output, signal }: CommandContext,
): Promise<readonly Problem[]> {
  const endpoints = [...vouched, ...others];
  if (endpoints.length === 0) return [];
  output.transient(`probing ${endpoints.length === 1 ? "the member" : `${endpoints.length} members`} …`);
  const all = await probeAll(
    endpoints.map((target) => ({ connection: undefined, target })),
    { timeoutMs: usualProbeMs, signal },
  );
  if (signal.aborted) throw new Problem("interrupted", "interrupted by a signal; the edit was not made");
  const chosen = all.slice(0, vouched.length);
  refuseBad(chosen, "the edit was not made: a new or promoted member does not pass the probe");
  if (!all.some(isGood))
    refuseBad(
      all,
      "the edit was not made: no member that the connection would be left with passes the probe",
    );
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
  return new Problem("ha-member-refused", title, {
    detail: fewOf(endpoints),
    hint:
      `fix ${endpoints.length === 1 ? "it" : "them"} and try again; --no-probe accepts ` +
      (endpoints.length === 1 ? "it as it is" : "them as they are"),
  });
}
