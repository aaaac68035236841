import { queryRequest } from "../kmip/messages.js";
import { encodeTtlv } from "../kmip/ttlv.js";
import type { Deadline } from "./deadline.js";
import { isTtlvResponse } from "./first-words.js";
import { openWire } from "./open-wire.js";
import { demandsCertificate, demandsCertificateLate, shakeHands, type Session } from "./shake-hands.js";
import type { Peer } from "./target.js";
import type { TlsSettings } from "./tls-settings.js";

type Spoken = "ttlv" | "client-certificate" | "neither";

/**
 * Speaks KMIP's binary form on a TLS connection of its own: whether that is answered, or a client certificate
 * is asked for instead. Leaves nothing open once the deadline is closed.
 */
export async function askTtlv(peer: Peer, settings: TlsSettings, deadline: Deadline): Promise<Spoken> {
  const opened = await openWire(peer, deadline);
  if (opened === "late" || "finding" in opened) return "neither";
  const shaken = await shakeHands(opened.wire, peer, settings, deadline);
  if (shaken === "late") return "neither";
  if (!("socket" in shaken)) return demandsCertificate(shaken) ? "client-certificate" : "neither";
  const answer = await firstAnswer(shaken, deadline);
  shaken.socket.destroy();
  shaken.wire.destroy();
  return answer === "late" ? "neither" : answer;
}

function firstAnswer({ socket }: Session, deadline: Deadline): Promise<Spoken | "late"> {
  return deadline.first((done) => {
    let said = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      said = Buffer.concat([said, chunk.subarray(0, 8)]);
      if (said.length >= 3) done(isTtlvResponse(said) ? "ttlv" : "neither");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      done(demandsCertificateLate(error.code ?? "") ? "client-certificate" : "neither");
    });
    socket.on("close", () => {
      done("neither");
    });
    socket.write(encodeTtlv(queryRequest()));
  });
}
