import type { Deadline } from "./deadline.js";
import { askInHttp, type FirstWords } from "./first-words.js";
import { shakeHands, type Shaken } from "./shake-hands.js";
import type { Peer } from "./peer.js";
import { usualSettings } from "./tls-settings.js";
import type { Wire } from "./wire.js";

/**
 * The share of the time after which a port that does not answer TLS is also tried with plain HTTP: such a
 * server may be waiting for the end of a line.
 */
const patience = 0.4;

/** The result with the usual settings; `heard` if the port spoke something else in the meantime. */
export type FirstShaken = Shaken | { readonly heard: FirstWords };

/**
 * Attempts a handshake with the usual settings, and if that is not answered, tries plain HTTP on a separate
 * connection.
 */
export async function firstHandshake(wire: Wire, peer: Peer, deadline: Deadline): Promise<FirstShaken> {
  const shaking = shakeHands(wire, peer, usualSettings, deadline);
  const quick = await deadline.soon(patience, shaking);
  if (quick !== "late") return quick;
  return deadline.within<FirstShaken>(1, (part) => Promise.race([shaking, plainWords(peer, part)]));
}

/** Settles only when it is clear that there is no TLS. */
async function plainWords(peer: Peer, deadline: Deadline): Promise<{ readonly heard: FirstWords }> {
  const heard = await askInHttp(peer, deadline);
  return heard.is === "nothing" || heard.is === "tls" ? new Promise<never>(() => undefined) : { heard };
}
