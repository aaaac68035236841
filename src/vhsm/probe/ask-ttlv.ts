import { queryRequest } from "../kmip/messages.js";
import { encodeTtlv } from "../kmip/ttlv.js";
import type { Deadline } from "./deadline.js";
import { isTtlvResponse } from "./first-words.js";
import { openWire } from "./open-wire.js";
import { demandsCertificate, shakeHands, type Session } from "./shake-hands.js";
import type { Target } from "./target.js";
import type { TlsSettings } from "./tls-settings.js";

/** Speaks KMIP's binary form on a TLS connection of its own: whether that is answered, or a client certificate is asked for instead. */
export async function askTtlv(target: Target, settings: TlsSettings, deadline: Deadline): Promise<"ttlv" | "client-certificate" | "neither"> {
  const opened = await openWire(target, deadline);
  if (!("wire" in opened)) return "neither";
  const shaken = await shakeHands(opened.wire, target, settings, deadline);
  if (shaken === "late") return "neither";
  if (!("socket" in shaken)) return demandsCertificate(shaken.code, shaken.records) ? "client-certificate" : "neither";
  const answer = await firstAnswer(shaken, deadline);
  shaken.socket.destroy();
  return answer === "late" ? "neither" : answer;
}

function firstAnswer({ socket }: Session, deadline: Deadline): Promise<"ttlv" | "client-certificate" | "neither" | "late"> {
  return deadline.first((done) => {
    let said = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      said = Buffer.concat([said, chunk.subarray(0, 8)]);
      if (said.length >= 3) done(isTtlvResponse(said) ? "ttlv" : "neither");
    });
    socket.on("error", (error: NodeJS.ErrnoException) => { done(demandsCertificate(error.code ?? "") ? "client-certificate" : "neither"); });
    socket.on("close", () => { done("neither"); });
    socket.write(encodeTtlv(queryRequest()));
  });
}
