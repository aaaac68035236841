import type { Deadline } from "./deadline.js";
import type { Finding } from "./finding.js";
import { openWire } from "./open-wire.js";
import {
  demandsCertificate,
  shakeHands,
  type FailedHandshake,
  type Session,
  type Shaken,
} from "./shake-hands.js";
import type { Peer } from "./target.js";
import { needsLegacyServer, olderSettings, type TlsSettings } from "./tls-settings.js";

/** A session and the settings that made it, or what such settings brought to light. */
export type Lower =
  | { readonly older: Session; readonly settings: TlsSettings }
  | { readonly speaks: "TLS"; readonly findings: readonly Finding[] }
  /** None of the settings helps. */
  | "refused"
  /** Not all of them could be tried. */
  | "not-tried";

/** A session by the first of the settings for old servers that does it, after the usual ones failed. */
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
