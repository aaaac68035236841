import type { Deadline } from "./deadline.js";
import { firstWords, type FirstWords } from "./first-words.js";
import type { Peer } from "./peer.js";
import { openWire } from "./wire.js";
import type { Wire } from "./wire.js";

/**
 * Parts of the time that is left: for a peer to close or to speak when nothing is said to it, and then to
 * answer. The rest is for lower TLS settings.
 */
const patience = { unasked: 0.4, asked: 0.3 } as const;

/**
 * What a port does on a connection of its own that closed on our first TLS message: `rejected` when it closes
 * without our having said anything, else what it says, on its own or to a line of HTTP.
 */
export async function listenFirst(peer: Peer, deadline: Deadline): Promise<FirstWords | "rejected"> {
  const opened = await openWire(peer, deadline);
  if (opened === "late") return { is: "nothing" };
  if ("finding" in opened) return opened.finding.kind === "rejected" ? "rejected" : { is: "nothing" };
  const { wire } = opened;
  const unasked = await heard(wire, deadline, patience.unasked);
  if (unasked === "late" && !wire.ended) await asked(wire, deadline);
  wire.destroy();
  return unasked === "closed" && wire.first.length === 0 ? "rejected" : firstWords(wire.first);
}

/** What a port says to a request in plain HTTP on a connection of its own. */
export async function askInHttp(peer: Peer, deadline: Deadline): Promise<FirstWords> {
  const opened = await openWire(peer, deadline);
  if (opened === "late" || "finding" in opened) return { is: "nothing" };
  await asked(opened.wire, deadline);
  opened.wire.destroy();
  return firstWords(opened.wire.first);
}

async function asked(wire: Wire, deadline: Deadline): Promise<void> {
  wire.write("GET /kmip HTTP/1.0\r\n\r\n");
  await heard(wire, deadline, patience.asked);
}

function heard(wire: Wire, deadline: Deadline, share: number): Promise<"said" | "closed" | "late"> {
  return deadline.within(share, (part) =>
    part.first((done) => {
      wire.once("data", () => {
        done("said");
      });
      wire.once("end", () => {
        done("closed");
      });
      wire.once("close", () => {
        done("closed");
      });
    }),
  );
}
