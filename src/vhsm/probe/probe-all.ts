import { isError, Problem } from "../../problem/problem.js";
import { parseAddress } from "../../profile/address.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../profile/types.js";
import type { EndpointReport } from "./endpoint-report.js";
import { findingProblem } from "./finding-problem.js";
import { probeEndpoints, type ProbeOptions } from "./probe-endpoint.js";

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
 * and no connection is made: the system would take an empty one, or 0.0.0.0, for this machine.
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

/** Milliseconds for one endpoint, where nobody has said otherwise: all are probed at once. */
export const usualProbeMs = 5000;
