import type { Deadline } from "./deadline.js";
import { type Time, timedOut } from "./deadline.js";
import type { EndpointReport, Finding } from "./endpoint-report.js";
import {
  demandsCertificate,
  type FailedHandshake,
  type FirstShaken,
  type Session,
  shakeHands,
  type Shaken,
} from "./shake-hands.js";
import { askInHttp, firstWords, type FirstWords, listenFirst, saidText } from "./first-words.js";
import type { Peer } from "./peer.js";
import { needsLegacyServer, olderSettings, type TlsSettings } from "./tls-settings.js";
import { openWire } from "./wire.js";
import type { Wire } from "./wire.js";

export interface Failure {
  readonly peer: Peer;
  /** About the handshake that failed. */
  readonly wire: Wire;
  readonly failed: Exclude<FirstShaken, Session>;
}

/** Why there is no TLS; or a TLS connection after all, with settings for old servers. */
export type Explained =
  | Pick<EndpointReport, "findings" | "speaks">
  | { readonly older: Session; readonly settings: TlsSettings };

/** The share of the time for a request in HTTP to a port that answered TLS with text. */
const patience = 0.5;

/**
 * Finds out why a handshake with the usual settings failed, from what the peer said and by further
 * connections.
 */
export async function explainFailure({ peer, wire, failed }: Failure, time: Time): Promise<Explained> {
  if (failed !== "late" && "heard" in failed) return noTls(failed.heard);
  const words = firstWords(wire.first);
  if (isPlain(words)) return noTls(await plainer(words, peer, time.deadline));
  if (failed === "late") return { findings: [timedOut("tls", time)] };
  if (demandsCertificate(failed)) return { speaks: "TLS", findings: [{ kind: "client-certificate" }] };
  return words.is === "nothing" ? closed(failed, peer, time) : refused(failed, wire, peer, time);
}

async function closed(failed: FailedHandshake, peer: Peer, { deadline }: Time): Promise<Explained> {
  const heard = await listenFirst(peer, deadline);
  if (heard === "rejected") return { findings: [{ kind: "rejected" }] };
  if (isPlain(heard)) return noTls(heard);
  const lower = await lowerHandshake(failed, peer, deadline);
  return typeof lower === "object" ? lower : { findings: [{ kind: "closed-during-tls" }] };
}

async function refused(
  failed: FailedHandshake,
  wire: Wire,
  peer: Peer,
  { deadline }: Time,
): Promise<Explained> {
  const lower = await lowerHandshake(failed, peer, deadline);
  if (typeof lower === "object") return lower;
  return {
    speaks: "TLS",
    findings: [
      {
        kind: "tls-failed",
        reason: wire.flooded ? "it does not end" : reasonOf(failed),
        lowerTried: lower === "refused",
      },
    ],
  };
}

function isPlain({ is }: FirstWords): boolean {
  return is !== "nothing" && is !== "tls";
}

/**
 * Some web servers mistake TLS for an HTTP/0.9 request, and answer without a status line: their answer to a
 * proper request is clearer.
 */
async function plainer(words: FirstWords, peer: Peer, deadline: Deadline): Promise<FirstWords> {
  if (words.is === "http" || words.is === "ttlv") return words;
  const asked = await deadline.within(patience, (part) => askInHttp(peer, part));
  return asked.is === "http" ? asked : words;
}

function noTls(words: FirstWords): Explained {
  if (words.is === "http") return { speaks: "HTTP", findings: [{ kind: "plain-http", line: words.line }] };
  if (words.is === "ttlv") return { speaks: "no TLS", findings: [{ kind: "ttlv", tls: false }] };
  return { speaks: "no TLS", findings: [{ kind: "other-service", said: saidText(words) }] };
}

/**
 * OpenSSL's wording, recovered from the name that Node makes of it: "sslv3 alert handshake failure", and
 * since OpenSSL 3.2 "ssl/tls alert handshake failure".
 */
function reasonOf({ code, records }: FailedHandshake): string {
  const words = /^ERR_SSL_([\w/]+)$/.exec(code)?.[1]?.toLowerCase().replaceAll("_", " ");
  return words ?? (records.alert === undefined ? "it closed the connection" : `alert ${records.alert}`);
}

/** A session and the settings that made it possible, or what trying such settings revealed. */
export type Lower =
  | { readonly older: Session; readonly settings: TlsSettings }
  | { readonly speaks: "TLS"; readonly findings: readonly Finding[] }
  /** None of the settings helps. */
  | "refused"
  /** Not all of the settings could be tried. */
  | "not-tried";

/** A session with the first of the settings for old servers that works, after the usual ones failed. */
export async function lowerHandshake(
  { code }: FailedHandshake,
  peer: Peer,
  deadline: Deadline,
): Promise<Lower> {
  const left = [...olderSettings(code)];
  for (let settings = left.shift(); settings !== undefined; settings = left.shift()) {
    const shaken = await shakenWith(settings, peer, deadline);
    if (shaken === "late") return "not-tried";
    if ("socket" in shaken) return { older: shaken, settings };
    if (demandsCertificate(shaken)) return { speaks: "TLS", findings: [{ kind: "client-certificate" }] };
    if (needsLegacyServer(shaken.code) && settings.legacyServer !== true)
      left.unshift({ ...settings, legacyServer: true });
  }
  return "refused";
}

async function shakenWith(settings: TlsSettings, peer: Peer, deadline: Deadline): Promise<Shaken> {
  const opened = await openWire(peer, deadline);
  return opened === "late" || "finding" in opened
    ? "late"
    : shakeHands(opened.wire, peer, settings, deadline);
}
