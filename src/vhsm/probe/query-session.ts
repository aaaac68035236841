import { askKmip, type Asked } from "./ask-kmip.js";
import { askTtlv } from "./ask-ttlv.js";
import type { Deadline } from "./deadline.js";
import { judgeAnswer, wantsOlderVersion, type Answered } from "./judge-answer.js";
import { openWire } from "./open-wire.js";
import { shakeHands, type Session } from "./shake-hands.js";
import type { Peer } from "./target.js";
import { timedOut, type Time } from "./time.js";
import type { TlsSettings } from "./tls-settings.js";

/**
 * Part of the time after which a port that says nothing to HTTP is asked in TTLV too: such a server may wait
 * for the rest of a message.
 */
const patience = 0.4;

/**
 * Minor number of the protocol version that is asked in where the newest is refused: VHSMs speak 1.3 and 1.4.
 */
const olderMinor = 3;

/**
 * Asks what is behind a TLS connection: KMIP over HTTPS, and where that is not answered as HTTP, TTLV on a
 * connection of its own.
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

/** Whether nothing is left to be asked in TTLV. */
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

/** Asks once more, in an older protocol version, where the newest is refused. */
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
