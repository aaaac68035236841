import { vendorNames } from "../../vendor/client.js";
import { type QueryAnswer, queryRequest } from "../kmip/messages.js";
import { encodeTtlv } from "../kmip/ttlv.js";
import { peerText } from "../peer-text.js";
import { type Asked, askKmip } from "./ask-kmip.js";
import { type Deadline, type Time, timedOut } from "./deadline.js";
import type { EndpointReport, Finding } from "./endpoint-report.js";
import { isTtlvResponse, saidText } from "./first-words.js";
import type { Peer } from "./peer.js";
import { demandsCertificate, demandsCertificateLate, type Session, shakeHands } from "./shake-hands.js";
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

/** What a server's answer to a Query says about it. */
type Answered = Pick<
  EndpointReport,
  "findings" | "speaks" | "answerMs" | "vendor" | "kmipVersion" | "serverInformation"
>;

/** Judges what came back for a Query. */
function judgeAnswer(asked: Asked): Answered {
  switch (asked.is) {
    case "kmip":
      return ofKmip(asked.answer, asked.ms);
    case "http":
      return { speaks: "HTTPS", findings: [ofHttp(asked)] };
    case "client-certificate":
      return { speaks: "TLS", findings: [{ kind: "client-certificate" }] };
    case "no-http":
      return asked.words.is === "ttlv"
        ? { speaks: "TTLV over TLS", findings: [{ kind: "ttlv", tls: true }] }
        : { speaks: "TLS", findings: [{ kind: "no-http", said: saidText(asked.words) }] };
    case "ended":
      return { speaks: "TLS", findings: [{ kind: "no-http", said: "" }] };
  }
}

/**
 * Whether a server might answer a Query in an older protocol version: an unsupported one is an invalid
 * message (KMIP 1.4, 11.1).
 */
function wantsOlderVersion(asked: Asked): boolean {
  return (
    asked.is === "kmip" &&
    !asked.answer.success &&
    (isReason(asked.answer, "invalidmessage") || /version/i.test(asked.answer.message ?? ""))
  );
}

function ofKmip(answer: QueryAnswer, ms: number): Answered {
  const { vendor, protocol, serverInformation = [] } = answer;
  return {
    speaks: "KMIP over HTTPS",
    answerMs: ms,
    ...(vendor !== undefined && { vendor }),
    ...(protocol !== undefined && { kmipVersion: protocol }),
    serverInformation,
    findings: answer.success ? ofVendor(vendor) : [ofFailure(answer)],
  };
}

function ofVendor(vendor: string | undefined): readonly Finding[] {
  return vendor === undefined || vendorNames.test(vendor) ? [] : [{ kind: "other-vendor", vendor }];
}

/** A server that requires authentication is right to refuse; any other refusal is a fault. */
function ofFailure(answer: QueryAnswer): Finding {
  const reason = [answer.reason, answer.message]
    .filter((part) => part !== undefined && part !== "")
    .join(": ");
  return {
    kind: isReason(answer, "authenticationnotsuccessful", "permissiondenied")
      ? "query-refused"
      : "query-failed",
    reason,
  };
}

/** Compares with the names in KMIP 1.4, 9.1.3.2.28, in any spelling. */
function isReason({ reason = "" }: QueryAnswer, ...names: readonly string[]): boolean {
  return names.includes(reason.toLowerCase().replace(/[^a-z]/g, ""));
}

function ofHttp({ status, server: header, why }: Extract<Asked, { is: "http" }>): Finding {
  const server = peerText(header, 80);
  if (status === 401 || status === 403) return { kind: "http-denied", status, server };
  if (status === 429 || status >= 500) return { kind: "http-unavailable", status, server };
  return { kind: "not-knet", status, server, why };
}
