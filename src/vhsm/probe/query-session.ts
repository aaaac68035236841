import { askKmip, type Asked } from "./ask-kmip.js";
import { askTtlv } from "./ask-ttlv.js";
import type { EndpointReport } from "./endpoint-report.js";
import type { FirstWords } from "./first-words.js";
import type { Session } from "./shake-hands.js";
import type { Target } from "./target.js";
import { timedOut, type Time } from "./time.js";
import type { TlsSettings } from "./tls-settings.js";

type Answered = Pick<EndpointReport, "findings" | "speaks" | "answerMs" | "vendor" | "kmipVersion" | "serverInformation">;

/** Part of the time after which a port that says nothing to HTTP is asked in TTLV too: such a server may wait for the rest of a message. */
const patience = 0.4;

/** Asks what is behind a TLS connection: KMIP over HTTPS, and where that is not answered as HTTP, TTLV on a connection of its own. */
export async function querySession(session: Session, target: Target, settings: TlsSettings, time: Time): Promise<Answered> {
  const { deadline } = time;
  const asking = askKmip(session, target, deadline);
  const quick = deadline.part(deadline.left * patience);
  const asked = await quick.first<Asked | "late">((done) => { void asking.then(done); });
  quick.close();
  if (asked !== "late" && isClear(asked)) return answered(asked);
  const other = await Promise.race([askTtlv(target, settings, deadline), clearAnswer(asking)]);
  if (other === "ttlv") return { speaks: "TTLV over TLS", findings: [{ kind: "ttlv" }] };
  if (other === "client-certificate") return answered({ is: "client-certificate" });
  const atLast = await asking;
  return atLast === "late" ? { speaks: "TLS", findings: [timedOut("answer", time)] } : answered(atLast);
}

/** Whether nothing is left to be asked in TTLV. */
function isClear(asked: Asked): boolean {
  return asked.is === "kmip" || asked.is === "http" || asked.is === "client-certificate" || (asked.is === "no-http" && asked.words.is === "ttlv");
}

/** Settles only when a clear answer comes. */
async function clearAnswer(asking: Promise<Asked | "late">): Promise<"answered"> {
  const asked = await asking;
  return asked !== "late" && isClear(asked) ? "answered" : new Promise<never>(() => undefined);
}

function answered(asked: Asked): Answered {
  switch (asked.is) {
    case "kmip": {
      const { success, reason, message, vendor, protocol, serverInformation = [] } = asked.answer;
      const why = [reason, message].filter((part) => part !== undefined).join(": ");
      return {
        speaks: "KMIP over HTTPS",
        answerMs: asked.ms,
        ...(vendor !== undefined && { vendor }),
        ...(protocol !== undefined && { kmipVersion: protocol }),
        serverInformation,
        findings: success ? [] : [{ kind: "query-refused", reason: why }],
      };
    }
    case "http":
      return { speaks: "HTTPS", findings: [{ kind: "not-knet", status: asked.status, server: asked.server, why: asked.why }] };
    case "client-certificate":
      return { speaks: "TLS", findings: [{ kind: "client-certificate" }] };
    case "no-http":
      return asked.words.is === "ttlv" ? { speaks: "TTLV over TLS", findings: [{ kind: "ttlv" }] } : { speaks: "TLS", findings: [{ kind: "no-http", said: saidText(asked.words) }] };
    case "ended":
      return { speaks: "TLS", findings: [{ kind: "no-http", said: "" }] };
  }
}

/** First words as evidence. */
export function saidText(words: FirstWords): string {
  if (words.is === "text" || words.is === "http") return words.line;
  return words.is === "bytes" ? `bytes ${words.hex}` : "";
}
