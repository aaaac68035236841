import type { Deadline } from "./deadline.js";
import { askInHttp, type FirstWords } from "./first-words.js";
import { shakeHands, type Shaken } from "./shake-hands.js";
import type { Peer } from "./peer.js";
import { usualSettings } from "./tls-settings.js";
import type { Wire } from "./wire.js";

/**
 * Part of the time after which a port that says nothing to TLS is asked in plain HTTP too: such a server may
 * wait for the end of a line.
 */
const patience = 0.4;

/** What came of the usual settings; `heard` where the port spoke something else meanwhile. */
export type FirstShaken = Shaken | { readonly heard: FirstWords };

/**
 * Shakes hands with the usual settings, and where that is not answered asks in plain HTTP on a connection of
 * its own.
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
