import type { Server, TLSSocket } from "node:tls";
import { createServer } from "node:tls";
import { decodeTtlv, encodeTtlv, ttlvMessageLength } from "../vhsm/kmip/ttlv.js";
import type { Certificate } from "./certificate.js";
import { type Answer, largestRequest } from "./https-server.js";

/**
 * Raw TTLV over TLS. A connection that does not begin like a KMIP message, such as an HTTP request, is cut
 * off.
 */
export function createTtlvServer(certificate: Certificate, answer: Answer): Server {
  const server = createServer(certificate, (socket) => {
    socket.on("error", () => {
      socket.destroy();
    });
    converse(socket, answer).catch(() => {
      socket.destroy();
    });
  });
  server.on("tlsClientError", (_error, socket) => {
    socket.destroy();
  });
  return server;
}

async function converse(socket: TLSSocket, answer: Answer): Promise<void> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket) {
    if (!Buffer.isBuffer(chunk)) continue;
    pending = Buffer.concat([pending, chunk]);
    let length = ttlvMessageLength(pending);
    while (length !== undefined && pending.length >= length) {
      socket.write(encodeTtlv(await answer(decodeTtlv(pending.subarray(0, length)))));
      pending = pending.subarray(length);
      length = ttlvMessageLength(pending);
    }
    if (length !== undefined && length > largestRequest) break;
  }
  socket.destroy();
}
