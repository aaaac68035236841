import { encodeJson } from "../kmip/json.js";
import { readLooseAnswer } from "../kmip/loose-answer.js";
import { queryRequest, readQueryAnswer, type QueryAnswer } from "../kmip/messages.js";
import { decodeTtlv } from "../kmip/ttlv.js";
import { Problem } from "../../problem/problem.js";
import type { Deadline } from "./deadline.js";
import { isTtlvResponse, type FirstWords } from "./first-words.js";
import { HttpExchange } from "./http-exchange.js";
import { demandsCertificateLate, type Session } from "./shake-hands.js";
import { serverName, type Peer } from "./peer.js";
import { endpointText } from "../../profile/types.js";

/** What came back over TLS for a Query at `POST /kmip`. */
export type Asked =
  | { readonly is: "kmip"; readonly answer: QueryAnswer; readonly ms: number }
  /** HTTP without KMIP in it. */
  | { readonly is: "http"; readonly status: number; readonly server: string; readonly why: string }
  | { readonly is: "no-http"; readonly words: FirstWords }
  | { readonly is: "client-certificate" }
  /** No answer. */
  | { readonly is: "ended" };

/** Asks for the server information (KMIP's HTTPS profile, JSON). Sends no credential. Never rejects. */
export async function askKmip(
  { socket, wire }: Session,
  peer: Peer,
  deadline: Deadline,
  minor?: number,
): Promise<Asked | "late"> {
  const start = performance.now();
  const exchange = new HttpExchange(socket);
  const post = {
    host: endpointText({ ip: serverName(peer) ?? peer.address, port: peer.port }),
    body: encodeJson(queryRequest(minor === undefined ? {} : { minor })),
  };
  const asked = await deadline.first<Asked>((done) => {
    exchange.post(post, (over) => {
      const answer = kmipAnswer(exchange);
      if ("success" in answer) done({ is: "kmip", answer, ms: performance.now() - start });
      else if (over) done(withoutKmip(exchange, answer.why));
    });
  });
  socket.destroy();
  wire.destroy();
  return asked === "late" ? cutShort(exchange) : asked;
}

/** The answer, as soon as the body so far is complete: not every server ends its response. */
function kmipAnswer({ body, flooded }: HttpExchange): QueryAnswer | { readonly why: string } {
  if (flooded) return { why: "it does not end" };
  try {
    return isTtlvResponse(body) ? readQueryAnswer(decodeTtlv(body)) : readLooseAnswer(body.toString("utf8"));
  } catch (error) {
    return { why: error instanceof Problem ? (error.detail ?? "") : "it cannot be read" };
  }
}

/** A response takes precedence over an error that came after it. */
function withoutKmip({ status, server, words, errorCode }: HttpExchange, why: string): Asked {
  if (status !== undefined)
    return { is: "http", status, server, why: status === 101 ? "it switches protocols" : why };
  if (words.is === "http")
    return {
      is: "http",
      status: Number(/^HTTP\/\S+ (\d{3})/.exec(words.line)?.[1] ?? 0),
      server,
      why: "its headers cannot be read",
    };
  if (words.is !== "nothing") return { is: "no-http", words };
  return { is: demandsCertificateLate(errorCode) ? "client-certificate" : "ended" };
}

/**
 * What came before the time ran out: the beginning of what may be KMIP counts as late, anything else is
 * judged.
 */
function cutShort(exchange: HttpExchange): Asked | "late" {
  const { status = 200, body } = exchange;
  const maybeKmip = body.length === 0 || isTtlvResponse(body) || /^\s*\{/.test(body.toString("latin1"));
  return status < 300 && maybeKmip ? "late" : withoutKmip(exchange, "its answer does not end");
}
