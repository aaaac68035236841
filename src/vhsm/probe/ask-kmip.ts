import { request, type IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { Problem } from "../../problem/problem.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import { encodeJson } from "../kmip/json.js";
import { readLooseAnswer } from "../kmip/loose-answer.js";
import { queryRequest, readQueryAnswer, type QueryAnswer } from "../kmip/messages.js";
import { decodeTtlv } from "../kmip/ttlv.js";
import type { Deadline } from "./deadline.js";
import { firstWords, isTtlvResponse, type FirstWords } from "./first-words.js";
import { serverName, type Peer } from "./peer.js";
import { demandsCertificateLate, type Session } from "./shake-hands.js";

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

/** The most bytes that are read of headers, and of a body: the answer to a Query has some hundred. */
const mostBytes = 64 * 1024;
/** The most bytes that are kept of what came first, whether HTTP or not. */
const keptBytes = 1024;

interface Post {
  readonly host: string;
  readonly body: string;
}

/**
 * A request on a connection, and as much of an answer as has come. Accepts what Node's strict parser refuses,
 * as the client's libcurl does.
 */
class HttpExchange {
  readonly #socket: TLSSocket;
  #response: IncomingMessage | undefined;
  #body = Buffer.alloc(0);
  #said = Buffer.alloc(0);
  #errorCode = "";

  constructor(socket: TLSSocket) {
    this.#socket = socket;
  }

  /** The status of the answer, once its headers are complete. */
  get status(): number | undefined {
    return this.#response?.statusCode;
  }

  /** The server's name in the answer's headers; empty if there is none. */
  get server(): string {
    return [this.#response?.headers["server"] ?? ""].flat().join(", ");
  }

  get body(): Buffer {
    return this.#body;
  }

  /** More came than any VHSM would send. */
  get flooded(): boolean {
    return this.#body.length > mostBytes;
  }

  /** What the port said first, understood or not. */
  get words(): FirstWords {
    return firstWords(this.#said);
  }

  /** How the connection broke, as the system's or OpenSSL's code; empty if it did not. */
  get errorCode(): string {
    return this.#errorCode;
  }

  /**
   * Sends the request; calls `seen` after each part of a body, and with `true` once nothing more will come.
   */
  post({ host, body }: Post, seen: (over: boolean) => void): void {
    const asking = request({
      createConnection: () => this.#socket,
      method: "POST",
      path: "/kmip",
      headers: {
        Host: host,
        "Content-Type": "application/json",
        Accept: "application/json",
        "Content-Length": Buffer.byteLength(body),
        Connection: "close",
      },
      maxHeaderSize: mostBytes,
      insecureHTTPParser: true,
    });
    asking.on("response", (response) => {
      this.#read(response, seen);
    });
    // Node gives up the connection at once; what counts is that a status was sent
    asking.on("upgrade", (response) => {
      this.#response = response;
      seen(true);
    });
    asking.on("error", (error: NodeJS.ErrnoException) => {
      this.#errorCode ||= error.code ?? "";
    });
    asking.on("close", () => {
      setImmediate(seen, true);
    });
    asking.end(body);
    // after the request's listener, which must not miss anything
    this.#socket.on("data", (chunk: Buffer) => {
      this.#said = Buffer.concat([this.#said, chunk.subarray(0, Math.max(0, keptBytes - this.#said.length))]);
    });
  }

  #read(response: IncomingMessage, seen: (over: boolean) => void): void {
    this.#response = response;
    response.on("data", (chunk: Buffer) => {
      if (!this.flooded) this.#body = Buffer.concat([this.#body, chunk]);
      seen(this.flooded);
    });
    response.on("end", () => {
      seen(true);
    });
    // cut off: what came is judged as it is
    response.on("error", () => {
      seen(true);
    });
  }
}
