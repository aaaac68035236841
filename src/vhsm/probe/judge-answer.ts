import { vendorNames } from "../../vendor/client.js";
import type { QueryAnswer } from "../kmip/messages.js";
import { peerText } from "../peer-text.js";
import type { Asked } from "./ask-kmip.js";
import type { EndpointReport, Finding } from "./endpoint-report.js";
import { saidText } from "./first-words.js";

/** What a server's answer to a Query says about it. */
export type Answered = Pick<
  EndpointReport,
  "findings" | "speaks" | "answerMs" | "vendor" | "kmipVersion" | "serverInformation"
>;

/** Judges what came back for a Query. */
export function judgeAnswer(asked: Asked): Answered {
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
export function wantsOlderVersion(asked: Asked): boolean {
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
