import type { EndpointReport } from "../../../src/vhsm/probe/endpoint-report.js";
import { probeEndpoints } from "../../../src/vhsm/probe/probe-endpoint.js";
import type { Endpoint } from "../../../src/profile/types.js";

/** The report of one endpoint. */
export async function probeOne(target: Endpoint, timeoutMs: number): Promise<EndpointReport> {
  const [report] = await probeEndpoints([target], { timeoutMs });
  if (report === undefined) throw new Error("no report");
  return report;
}
