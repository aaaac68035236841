import { setMaxListeners } from "node:events";
import { judgeCertificate } from "./certificate-facts.js";
import { Deadline } from "./deadline.js";
import type { Time } from "./deadline.js";
import { explainFailure } from "./explain-failure.js";
import type { EndpointReport, Finding } from "./endpoint-report.js";
import { firstHandshake, type Session } from "./shake-hands.js";
import { type Names, withNames } from "./name-service.js";
import { querySession } from "./query-session.js";
import { reach } from "./reach.js";
import type { Peer } from "./peer.js";
import type { Endpoint } from "../../profile/types.js";
import { type TlsSettings, usualSettings } from "./tls-settings.js";
import type { Wire } from "./wire.js";

export interface ProbeOptions {
  /**
   * The time for everything at one endpoint: connecting, TLS, the answer, and what is tried to understand a
   * failure.
   */
  readonly timeoutMs: number;
  /** Ends it early: what was not reached by then is reported as timed out. */
  readonly signal?: AbortSignal;
}

type Learned = Omit<EndpointReport, "target" | "address">;

/**
 * Learns what listens at an endpoint. Sends no credential, changes nothing there; never throws for what a
 * peer does; leaves no connection open.
 */
export async function probeEndpoint(
  target: Endpoint,
  { timeoutMs, signal }: ProbeOptions,
  names: Names,
): Promise<EndpointReport> {
  const deadline = new Deadline(timeoutMs, signal);
  const time = { deadline, timeoutMs };
  try {
    const reached = await reach(target, time, names);
    if ("finding" in reached)
      return { target, ...nameOf(target, reached.address), findings: [reached.finding] };
    const { peer, wire, ms: connectMs } = reached;
    return { target, ...nameOf(target, peer.address), connectMs, ...(await learned(peer, wire, time)) };
  } finally {
    deadline.close();
  }
}

/** The address of a name; for an address it would say nothing new. */
function nameOf({ ip }: Endpoint, address: string | undefined): { readonly address?: string } {
  return address === undefined || address === ip ? {} : { address };
}

async function learned(peer: Peer, wire: Wire, time: Time): Promise<Learned> {
  try {
    const shaken = await firstHandshake(wire, peer, time.deadline);
    if (shaken !== "late" && "socket" in shaken) return await ofSession(shaken, peer, usualSettings, time);
    const explained = await explainFailure({ peer, wire, failed: shaken }, time);
    if (!("older" in explained)) return explained;
    const { older, settings } = explained;
    return await ofSession(older, peer, settings, time, [{ kind: "old-tls", settings }]);
  } finally {
    wire.destroy();
  }
}

async function ofSession(
  session: Session,
  peer: Peer,
  settings: TlsSettings,
  time: Time,
  known: readonly Finding[] = [],
): Promise<Learned> {
  const { ms: tlsMs, protocol, cipher, certificate } = session;
  const judged = certificate === undefined ? [] : judgeCertificate(certificate, peer.fingerprint, new Date());
  const { findings, ...answered } = await querySession(session, peer, settings, time);
  session.socket.destroy();
  session.wire.destroy();
  return {
    tlsMs,
    protocol,
    cipher,
    ...(certificate && { certificate }),
    ...answered,
    findings: [...known, ...judged, ...findings],
  };
}

/** How many endpoints are probed at the same time. */
const lanes = 64;

/**
 * Probes all endpoints, 64 at once, so that up to 64 take little more than one time-out, however many are
 * dead. Reports in the order of the targets. Leaves nothing behind that would keep the process alive.
 */
export async function probeEndpoints(
  targets: readonly Endpoint[],
  { timeoutMs, signal }: ProbeOptions,
): Promise<readonly EndpointReport[]> {
  const stop = new AbortController();
  // each endpoint listens to the signal, and Node takes more than ten listeners for a leak
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
  targets: readonly Endpoint[],
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
