import { randomInt } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { startBlackHole } from "./black-hole.js";
import { makeCertificate } from "./certificate.js";
import type { AddressAndPort } from "./cluster.js";

/**
 * How a stand-in for a dead VHSM behaves: `refusing`, its port is closed; `black-hole`, what is sent to it is
 * dropped; `silent-after-tls`, it completes the TLS handshake and then sends nothing.
 */
export const standInKinds = ["refusing", "black-hole", "silent-after-tls"] as const;
export type StandInKind = (typeof standInKinds)[number];

/**
 * A local address that behaves like a VHSM that is down. A client may send it a password: it discards what it
 * receives, and nobody else can listen there.
 */
export interface StandIn {
  readonly kind: StandInKind;
  readonly endpoint: AddressAndPort;
  close(): Promise<void>;
}

/** Starts one on a separate loopback address, where nothing else listens. Needs no privileges. */
export async function startStandIn(kind: StandInKind): Promise<StandIn> {
  const ip = loopbackAddress();
  switch (kind) {
    case "refusing":
      return { kind, endpoint: { ip, port: await closedPort(ip) }, close: () => Promise.resolve() };
    case "black-hole":
      return { kind, ...(await startBlackHole(ip)) };
    case "silent-after-tls":
      return { kind, ...(await startSilent(ip)) };
  }
}

/**
 * All of 127.0.0.0/8 is this machine (RFC 1122, 3.2.1.3); an address that others hardly ever use ensures that
 * a closed port stays closed.
 */
function loopbackAddress(): string {
  return `127.${randomInt(64, 128)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** Only root may listen on ports below this (ip_unprivileged_port_start in ip_sysctl). */
const lowestOpenToAll = 1024;

/**
 * A port on which nobody listens; as root, one on which nobody else can: another local user who saw the
 * address could open the closed port, and get the password that a client sends to its first member.
 */
async function closedPort(host: string): Promise<number> {
  const server = createServer();
  const port = await listening(server, host, process.geteuid?.() === 0 ? randomInt(512, lowestOpenToAll) : 0);
  await closed(server);
  return port;
}

/** Accepts connections, completes the TLS handshake, reads what comes and never answers. */
async function startSilent(ip: string): Promise<Omit<StandIn, "kind">> {
  const sockets = new Set<Socket>();
  const server = createTlsServer(makeCertificate("silent.knet.simulated"), (socket) => {
    socket.on("error", () => {
      socket.destroy();
    });
    socket.resume();
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", (_error, socket) => {
    socket.destroy();
  });
  const port = await listening(server, ip, 0);
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await closed(server);
  };
  return { endpoint: { ip, port }, close };
}

async function listening(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true }, resolve);
  });
  const address = server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
}
