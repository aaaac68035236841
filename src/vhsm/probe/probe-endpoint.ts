import { judgeCertificate } from "./certificate.js";
import { Deadline } from "./deadline.js";
import type { EndpointReport } from "./endpoint-report.js";
import { explainFailure } from "./explain-failure.js";
import type { Finding } from "./finding.js";
import { openWire } from "./open-wire.js";
import { querySession } from "./query-session.js";
import { shakeHands, type Session } from "./shake-hands.js";
import type { Target } from "./target.js";
import { timedOut, type Time } from "./time.js";
import { usualSettings, type TlsSettings } from "./tls-settings.js";

export interface ProbeOptions {
  /** For all of one endpoint: connecting, TLS, the answer, and what is tried again to understand a failure. */
  readonly timeoutMs: number;
  /** Ends it early: what was not reached then is told as timed out. */
  readonly signal?: AbortSignal;
}

type Learned = Omit<EndpointReport, "target">;

/** Learns what listens at an endpoint. Sends no credential, changes nothing there; never throws for what a peer does. */
export async function probeEndpoint(target: Target, { timeoutMs, signal }: ProbeOptions): Promise<EndpointReport> {
  const deadline = new Deadline(timeoutMs, signal);
  try {
    return { target, ...(await learned(target, { deadline, timeoutMs })) };
  } finally {
    deadline.close();
  }
}

async function learned(target: Target, time: Time): Promise<Learned> {
  const opened = await openWire(target, time.deadline);
  if ("late" in opened) return { findings: [timedOut(opened.late, time)] };
  if ("finding" in opened) return { findings: [opened.finding] };
  const { wire, ms: connectMs } = opened;
  const shaken = await shakeHands(wire, target, usualSettings, time.deadline);
  if (shaken !== "late" && "socket" in shaken) return { connectMs, ...(await ofSession(shaken, target, usualSettings, time)) };
  const explained = await explainFailure({ target, wire, failed: shaken }, time);
  wire.destroy();
  if (!("older" in explained)) return { connectMs, ...explained };
  const { older, settings } = explained;
  return { connectMs, ...(await ofSession(older, target, settings, time, [{ kind: "old-tls", settings }])) };
}

async function ofSession(session: Session, target: Target, settings: TlsSettings, time: Time, known: readonly Finding[] = []): Promise<Learned> {
  const { ms: tlsMs, protocol, cipher, certificate } = session;
  const judged = certificate === undefined ? [] : judgeCertificate(certificate, target.fingerprint, new Date());
  const { findings, ...answered } = await querySession(session, target, settings, time);
  session.socket.destroy();
  session.wire.destroy();
  return { tlsMs, protocol, cipher, ...(certificate && { certificate }), ...answered, findings: [...known, ...judged, ...findings] };
}
