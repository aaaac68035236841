import { setMaxListeners } from "node:events";
import type { EndpointReport } from "./endpoint-report.js";
import { withNames, type Names } from "./name-service.js";
import { probeEndpoint, type ProbeOptions } from "./probe-endpoint.js";
import type { Target } from "./target.js";

/** Endpoints probed at the same time. */
const lanes = 64;

/**
 * Probes all endpoints, 64 at once, so that up to 64 take little more than one time-out, however many are
 * dead. Reports in the order of the targets. Leaves nothing behind that would keep the process alive.
 */
export async function probeEndpoints(
  targets: readonly Target[],
  { timeoutMs, signal }: ProbeOptions,
): Promise<readonly EndpointReport[]> {
  const stop = new AbortController();
  // each endpoint listens, and Node takes more than ten for a leak
  setMaxListeners(0, stop.signal);
  const abort = (): void => {
    stop.abort();
  };
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    return await withNames(targets, (names) => inLanes(targets, { timeoutMs, signal: stop.signal }, names));
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

async function inLanes(
  targets: readonly Target[],
  options: ProbeOptions,
  names: Names,
): Promise<readonly EndpointReport[]> {
  const reports: EndpointReport[] = [];
  const left = targets.entries();
  const lane = async (): Promise<void> => {
    for (const [index, target] of left) reports[index] = await probeEndpoint(target, options, names);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, targets.length) }, lane));
  return reports;
}
