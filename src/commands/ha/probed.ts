import type { Problem } from "../../problem/problem.js";
import type { EndpointReport } from "../../vhsm/probe/endpoint-report.js";
import { findingProblem } from "../../vhsm/probe/finding-problem.js";

/** One endpoint after a probe. */
export interface Probed {
  /** Undefined for an endpoint of the command line. */
  readonly connection: string | undefined;
  readonly report: EndpointReport;
  readonly problems: readonly Problem[];
}

export function probed(connection: string | undefined, report: EndpointReport): Probed {
  return { connection, report, problems: report.findings.map((finding) => findingProblem(finding, report.target)) };
}

/** Whether the client can use it, as far as a probe can tell: warnings pass. */
export function isGood({ problems }: Probed): boolean {
  return problems.every(({ severity }) => severity !== "error");
}
