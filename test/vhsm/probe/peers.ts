import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import type { Test } from "tap";
import { makeCertificate } from "../../../src/simulator/certificate.js";
import type { EndpointReport } from "../../../src/vhsm/probe/endpoint-report.js";
import { probeOne } from "./probe-one.js";

const certificate = makeCertificate("hostile");

/** For an endpoint, where a test gives no other: peers that answer do so long before. */
const timeoutMs = 2500;

export type Peer<Stream> = (stream: Stream) => void;

/** A report, and how many connections the peer still has a little later. */
export type Met = EndpointReport & { readonly left: () => Promise<number> };

export async function probeTcp(t: Test, peer: Peer<Socket>, ms = timeoutMs): Promise<Met> {
  return probeServer(
    t,
    createServer((socket) => {
      socket.on("error", () => undefined);
      peer(socket);
    }),
    ms,
  );
}

/** A peer that shakes hands and then does as it likes. */
export async function probeTls(t: Test, peer: Peer<TLSSocket>, ms = timeoutMs): Promise<Met> {
  const server = createTlsServer(certificate, (socket) => {
    socket.on("error", () => undefined);
    peer(socket);
  });
  server.on("tlsClientError", () => undefined);
  return probeServer(t, server, ms);
}

/** Half of a time-out more is the machine's. */
async function probeServer(t: Test, server: ReturnType<typeof createServer>, ms: number): Promise<Met> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const start = performance.now();
  const report = await probeOne({ ip: "127.0.0.1", port: (server.address() as AddressInfo).port }, ms);
  const took = performance.now() - start;
  t.ok(took < 1.5 * ms + 500, `bounded in time: ${Math.round(took)} ms`);
  const left = async (): Promise<number> => {
    await delay(100);
    return sockets.size;
  };
  return { ...report, left };
}

export const kinds = ({ findings }: EndpointReport): readonly string[] => findings.map(({ kind }) => kind);

/** An HTTP answer with this body. */
export const answer = (body: string, headers = "", status = "200 OK"): string =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

interface Said {
  readonly vendor?: string;
  readonly failure?: { readonly reason?: string; readonly message?: string };
}

/** A KMIP answer to a Query, in JSON. */
export function kmip({ vendor = "KRYPTUS kNET", failure }: Said = {}): string {
  const leaf = (tag: string, type: string, value: unknown): object => ({ tag, type, value });
  const item =
    failure === undefined
      ? [
          leaf("ResultStatus", "Enumeration", "Success"),
          { tag: "ResponsePayload", value: [leaf("VendorIdentification", "TextString", vendor)] },
        ]
      : [
          leaf("ResultStatus", "Enumeration", "OperationFailed"),
          ...(failure.reason === undefined ? [] : [leaf("ResultReason", "Enumeration", failure.reason)]),
          ...(failure.message === undefined ? [] : [leaf("ResultMessage", "TextString", failure.message)]),
        ];
  return JSON.stringify({ tag: "ResponseMessage", value: [{ tag: "BatchItem", value: item }] });
}
