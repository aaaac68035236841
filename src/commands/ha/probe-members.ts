import { asWarning, isError, Problem, Problems } from "../../problem/problem.js";
import { endpointMeaning, parseAddress } from "../../profile/address.js";
import { type Endpoint, endpointText } from "../../profile/types.js";
import type { EndpointReport } from "../../vhsm/probe/endpoint-report.js";
import { findingProblem } from "../../vhsm/probe/finding-problem.js";
import { probeEndpoints, type ProbeOptions } from "../../vhsm/probe/probe-endpoint.js";
import type { CommandContext } from "../command.js";
import { fewOf, type Verb } from "./edit/vector-edits.js";

/** An endpoint to be probed, and where it comes from. */
export interface Wanted {
  /** Undefined for an endpoint of the command line. */
  readonly connection: string | undefined;
  /** The file that names it, if any. */
  readonly source?: string;
  readonly target: Endpoint;
}

/** The result for one endpoint. */
export interface Probed {
  /** Undefined for an endpoint of the command line. */
  readonly connection: string | undefined;
  readonly report: EndpointReport;
  readonly problems: readonly Problem[];
}

/**
 * Probes endpoints; results are in their order. An `ip` that is neither an address nor a name is a problem,
 * and no connection is made: the system would take an empty one, or 0.0.0.0, for this host.
 */
export async function probeAll(wanted: readonly Wanted[], options: ProbeOptions): Promise<readonly Probed[]> {
  const faults = wanted.map(addressFault);
  const reports = [
    ...(await probeEndpoints(
      wanted.filter((_one, index) => faults[index] === undefined).map(({ target }) => target),
      options,
    )),
  ];
  return wanted.map(({ connection, target }, index) => {
    const fault = faults[index];
    const report = fault === undefined ? reports.shift() : undefined;
    return report === undefined
      ? { connection, report: { target, findings: [] }, problems: fault === undefined ? [] : [fault] }
      : probed(connection, report);
  });
}

function probed(connection: string | undefined, report: EndpointReport): Probed {
  return {
    connection,
    report,
    problems: report.findings.map((finding) => findingProblem(finding, report.target, report.address)),
  };
}

function addressFault({ connection, source, target }: Wanted): Problem | undefined {
  const address = parseAddress(target.ip);
  if (address.kind !== "invalid") return undefined;
  return new Problem("endpoint-address", `ip ${JSON.stringify(target.ip)} is not a usable address`, {
    where: { path: source ?? endpointText(target) },
    detail:
      `${connection === undefined ? "" : `connection ${JSON.stringify(connection)}, `}port ` +
      `${target.port}`,
    hint: address.hint,
  });
}

/** Whether the client can use it, as far as a probe shows: warnings pass. */
export function isGood({ problems }: Probed): boolean {
  return problems.every((problem) => !isError(problem));
}

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
  const isPromoted = (index: number): boolean =>
    index === 0 && verb !== "remove" && known?.[0] !== order?.[0];
  const isVouched = (endpoint: Endpoint, index: number): boolean =>
    known?.includes(endpointMeaning(endpoint)) !== true || isPromoted(index);
  return {
    vouched: wanted.filter(isVouched),
    others: wanted.filter((endpoint, index) => !isVouched(endpoint, index)),
  };
}

const timeoutMs = 5000;

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
    { timeoutMs, signal },
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
