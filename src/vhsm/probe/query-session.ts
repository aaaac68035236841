import { queryRequest } from "../kmip/messages.js";
import { encodeTtlv } from "../kmip/ttlv.js";
import { type Asked, askKmip } from "./ask-kmip.js";
import type { Deadline } from "./deadline.js";
import { type Time, timedOut } from "./deadline.js";
import { isTtlvResponse } from "./first-words.js";
import { type Answered, judgeAnswer, wantsOlderVersion } from "./judge-answer.js";
import { demandsCertificate, demandsCertificateLate, type Session, shakeHands } from "./shake-hands.js";
import type { Peer } from "./peer.js";
import type { TlsSettings } from "./tls-settings.js";
import { openWire } from "./wire.js";

/**
 * The share of the time after which a port that does not answer HTTP is also asked in TTLV: such a server may
 * be waiting for the rest of a message.
 */
const patience = 0.4;

/**
 * The minor number of the protocol version that is tried if the newest is refused: VHSMs speak 1.3 and 1.4.
 */
const olderMinor = 3;

/**
 * Finds out what is behind a TLS connection: tries KMIP over HTTPS and, if there is no HTTP answer, TTLV on a
 * separate connection.
 */
export async function querySession(
  session: Session,
  peer: Peer,
  settings: TlsSettings,
  time: Time,
): Promise<Answered> {
  const { deadline } = time;
  const asking = askKmip(session, peer, deadline);
  const asked = await deadline.soon(patience, asking);
  if (asked !== "late" && isClear(asked)) return answered(asked, peer, settings, deadline);
  const other = await deadline.within(1, (part) =>
    Promise.race([askTtlv(peer, settings, part), clearAnswer(asking)]),
  );
  if (other === "ttlv") return { speaks: "TTLV over TLS", findings: [{ kind: "ttlv", tls: true }] };
  if (other === "client-certificate") return judgeAnswer({ is: "client-certificate" });
  const atLast = await asking;
  return atLast === "late"
    ? { speaks: "TLS", findings: [timedOut("answer", time)] }
    : answered(atLast, peer, settings, deadline);
}

/** Whether there is nothing left to ask in TTLV. */
function isClear(asked: Asked): boolean {
  return (
    asked.is === "kmip" ||
    asked.is === "http" ||
    asked.is === "client-certificate" ||
    (asked.is === "no-http" && asked.words.is === "ttlv")
  );
}

/** Settles only when a clear answer comes. */
async function clearAnswer(asking: Promise<Asked | "late">): Promise<"answered"> {
  const asked = await asking;
  return asked !== "late" && isClear(asked) ? "answered" : new Promise<never>(() => undefined);
}

/** Asks again in an older protocol version if the newest is refused. */
async function answered(
  asked: Asked,
  peer: Peer,
  settings: TlsSettings,
  deadline: Deadline,
): Promise<Answered> {
  if (!wantsOlderVersion(asked)) return judgeAnswer(asked);
  const again = await askAgain(peer, settings, deadline);
  return judgeAnswer(again !== "late" && again.is === "kmip" ? again : asked);
}

async function askAgain(peer: Peer, settings: TlsSettings, deadline: Deadline): Promise<Asked | "late"> {
  const opened = await openWire(peer, deadline);
  if (opened === "late" || "finding" in opened) return "late";
  const session = await shakeHands(opened.wire, peer, settings, deadline);
  return session !== "late" && "socket" in session ? askKmip(session, peer, deadline, olderMinor) : "late";
}

type Spoken = "ttlv" | "client-certificate" | "neither";

/**
 * Speaks KMIP's binary form on a separate TLS connection: whether that is answered, or a client certificate
 * is demanded instead. Leaves nothing open once the deadline is closed.
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
