import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import { createServer } from "node:https";
import { Problem } from "../problem/problem.js";
import type { KmipItem } from "../vhsm/kmip/item.js";
import { decodeJson, encodeJson } from "../vhsm/kmip/json.js";
import { decodeTtlv, encodeTtlv } from "../vhsm/kmip/ttlv.js";
import type { Certificate } from "./certificate.js";
import { mebibyte } from "../formats/units.js";

/** Answers one request; never settles if the VHSM is silent. */
export type Answer = (request: KmipItem) => Promise<KmipItem>;

interface Encoding {
  decode(body: Buffer): KmipItem;
  encode(item: KmipItem): string | Buffer;
}

const encodings: ReadonlyMap<string, Encoding> = new Map<string, Encoding>([
  ["application/json", { decode: (body) => decodeJson(body.toString("utf8")), encode: encodeJson }],
  ["application/octet-stream", { decode: decodeTtlv, encode: encodeTtlv }],
]);
/** In bytes; of a longer one, no more is read. */
export const largestRequest = mebibyte;
const idleMs = 10 * 60 * 1000;

/**
 * HTTPS with `POST /kmip` (KMIP HTTPS profile), for JSON and TTLV. Never listens: a Port hands it
 * connections.
 */
export function createHttpsServer(certificate: Certificate, answer: Answer): Server {
  const server = createServer({ ...certificate, keepAliveTimeout: idleMs }, (request, response) => {
    handle(request, response, answer).catch(() => {
      response.destroy();
    });
  });
  server.on("tlsClientError", (_error, socket) => {
    socket.destroy();
  });
  return server;
}

async function handle(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  if (request.url !== "/kmip") {
    refuse(response, 404, "KMIP is served at /kmip");
    return;
  }
  if (request.method !== "POST") {
    refuse(response, 405, "POST a KMIP request");
    return;
  }
  const type = (request.headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  const encoding = encodings.get(type);
  if (encoding === undefined) {
    refuse(
      response,
      415,
      "the simulator accepts application/json and application/octet-stream; text/xml is not simulated",
    );
    return;
  }
  const body = await bodyOf(request);
  if (body === undefined) {
    refuse(response, 413, "request too large");
    return;
  }
  const message = read(encoding, body);
  if (message instanceof Problem) {
    refuse(response, 400, message.detail ?? message.message);
    return;
  }
  const answered = encoding.encode(await answer(message));
  response
    .writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(answered) })
    .end(answered);
}

function read(encoding: Encoding, body: Buffer): KmipItem | Problem {
  try {
    return encoding.decode(body);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Undefined if the body is over the limit. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    length += chunk.length;
    if (length > largestRequest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain", Connection: "close" }).end(`${text}\n`);
}
