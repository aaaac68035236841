import type { EndpointReport } from "./endpoint-report.js";
import { firstWords, type FirstWords } from "./first-words.js";
import { listenFirst } from "./listen-first.js";
import { openWire } from "./open-wire.js";
import { saidText } from "./query-session.js";
import { demandsCertificate, shakeHands, type FailedHandshake, type Session } from "./shake-hands.js";
import type { Target } from "./target.js";
import { timedOut, type Time } from "./time.js";
import { olderSettings, type TlsSettings } from "./tls-settings.js";
import type { Wire } from "./wire.js";

export interface Failure {
  readonly target: Target;
  /** Of the handshake that failed. */
  readonly wire: Wire;
  readonly failed: FailedHandshake | "late";
}

/** Why there is no TLS; or TLS after all, with settings for old servers. */
export type Explained = Pick<EndpointReport, "findings" | "speaks"> | { readonly older: Session; readonly settings: TlsSettings };

/** Finds out why a handshake with the usual settings failed, by what the peer said and by further connections. */
export async function explainFailure({ target, wire, failed }: Failure, time: Time): Promise<Explained> {
  const words = firstWords(wire.first);
  if (words.is !== "nothing" && words.is !== "tls") return noTls(words);
  if (failed === "late") return { findings: [timedOut("tls", time)] };
  if (demandsCertificate(failed.code, failed.records)) return { speaks: "TLS", findings: [{ kind: "client-certificate" }] };
  if (words.is === "nothing") return closed(failed, target, time);
  return (await shaken(failed, target, time)) ?? { speaks: "TLS", findings: [{ kind: "tls-failed", reason: wire.flooded ? "it does not end" : reasonOf(failed) }] };
}

async function closed(failed: FailedHandshake, target: Target, time: Time): Promise<Explained> {
  const heard = await listenFirst(target, time.deadline);
  if (heard === "rejected") return { findings: [{ kind: "rejected" }] };
  if (heard.is !== "nothing" && heard.is !== "tls") return noTls(heard);
  return (await shaken(failed, target, time)) ?? { findings: [{ kind: "closed-during-tls" }] };
}

function noTls(words: FirstWords): Explained {
  if (words.is === "http") return { speaks: "HTTP", findings: [{ kind: "plain-http", line: words.line }] };
  return { speaks: "no TLS", findings: [{ kind: "other-service", said: saidText(words) }] };
}

/** A session by the first of the settings for old servers that does it. */
async function shaken({ code }: FailedHandshake, target: Target, { deadline }: Time): Promise<Explained | undefined> {
  for (const settings of olderSettings(code)) {
    const opened = await openWire(target, deadline);
    if (!("wire" in opened)) return undefined;
    const older = await shakeHands(opened.wire, target, settings, deadline);
    if (older !== "late" && "socket" in older) return { older, settings };
  }
  return undefined;
}

/** OpenSSL's words for it, from the name that Node makes of them: "sslv3 alert handshake failure". */
function reasonOf({ code, records }: FailedHandshake): string {
  const words = /^ERR_SSL_(\w+)$/.exec(code)?.[1]?.toLowerCase().replaceAll("_", " ");
  return words ?? (records.alert === undefined ? "it closed the connection" : `alert ${records.alert}`);
}
