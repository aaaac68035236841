import { request, type IncomingMessage } from "node:http";
import { encodeJson } from "../kmip/json.js";
import { readLooseAnswer } from "../kmip/loose-answer.js";
import { queryRequest, readQueryAnswer, type QueryAnswer } from "../kmip/messages.js";
import { decodeTtlv } from "../kmip/ttlv.js";
import { Problem } from "../../problem/problem.js";
import type { Deadline } from "./deadline.js";
import { firstWords, isTtlvResponse, type FirstWords } from "./first-words.js";
import { demandsCertificate, type Session } from "./shake-hands.js";
import { targetText, type Target } from "./target.js";

/** What came back over TLS for a Query at `POST /kmip`. */
export type Asked =
  | { readonly is: "kmip"; readonly answer: QueryAnswer; readonly ms: number }
  /** HTTP, and no KMIP in it. */
  | { readonly is: "http"; readonly status: number; readonly server: string; readonly why: string }
  | { readonly is: "no-http"; readonly words: FirstWords }
  | { readonly is: "client-certificate" }
  /** Without an answer. */
  | { readonly is: "ended" };

/** Bytes of an answer that are read: the answer to this Query has some hundred. */
const mostBytes = 64 * 1024;
const mostHeaderBytes = 16 * 1024;

/** Asks for the server information (KMIP's HTTPS profile, JSON). Sends no credential. */
export async function askKmip({ socket }: Session, target: Target, deadline: Deadline): Promise<Asked | "late"> {
  const start = performance.now();
  const body = encodeJson(queryRequest());
  const asked = await deadline.first<Asked>((done) => {
    const asking = request({
      createConnection: () => socket,
      method: "POST",
      path: "/kmip",
      headers: { Host: targetText(target), "Content-Type": "application/json", Accept: "application/json", "Content-Length": Buffer.byteLength(body), Connection: "close" },
      maxHeaderSize: mostHeaderBytes,
    });
    asking.on("response", (response) => { void read(response).then((bytes) => { done(understood(response, bytes, performance.now() - start)); }); });
    asking.on("error", (error) => { done(failed(error)); });
    // an upgrade or anything else that is no answer
    asking.on("close", () => { setImmediate(done, { is: "ended" }); });
    asking.end(body);
  });
  socket.destroy();
  return asked;
}

/** As much as has come when it ends, breaks or gets too long. */
async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      if (!Buffer.isBuffer(chunk)) continue;
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBytes) break;
    }
  } catch {
    // cut off: what came is judged as it is
  }
  return Buffer.concat(chunks);
}

function understood({ statusCode = 0, headers }: IncomingMessage, body: Buffer, ms: number): Asked {
  try {
    if (body.length > mostBytes) throw new Problem("kmip-malformed", "not a KMIP message", { detail: `more than ${mostBytes} bytes` });
    return { is: "kmip", answer: isTtlvResponse(body) ? readQueryAnswer(decodeTtlv(body)) : readLooseAnswer(body.toString("utf8")), ms };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { is: "http", status: statusCode, server: [headers["server"] ?? ""].flat().join(", "), why: error.detail ?? "" };
  }
}

function failed(error: Error): Asked {
  if ("rawPacket" in error && Buffer.isBuffer(error.rawPacket)) return { is: "no-http", words: firstWords(error.rawPacket) };
  return { is: "code" in error && demandsCertificate(String(error.code)) ? "client-certificate" : "ended" };
}
