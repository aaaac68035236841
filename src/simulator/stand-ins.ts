import { randomInt } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import { Worker } from "node:worker_threads";
import { Problem } from "../problem/problem.js";
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

interface BlackHole {
  readonly endpoint: AddressAndPort;
  close(): Promise<void>;
}

/**
 * Listens with the shortest possible queue, in a thread that then blocks: nobody ever takes a connection out
 * of the queue. Node itself would accept them as they come.
 */
const listener = `
const { parentPort, workerData } = require("node:worker_threads");
const server = require("node:net").createServer();
server.on("error", (error) => { parentPort.postMessage({ error: error.code }); });
server.listen({ host: workerData.host, port: 0, backlog: 1, exclusive: true }, () => {
  parentPort.postMessage({ port: server.address().port });
  Atomics.wait(new Int32Array(workerData.gate), 0, 0);
});`;

/**
 * The kernel admits one more than the length of the queue; the rest is for kernels that count differently.
 */
const fillers = 8;
const connectMs = 300;
/** How long new connections may take to be established; a queue that is full by then stays full. */
const settleMs = 100;

/**
 * An address from which nothing comes back: the kernel drops connection requests while the queue of a
 * listening socket is full (listen(2), tcp(7): tcp_abort_on_overflow is 0), as a network drops what is sent
 * to a machine that is off. Needs no privileges and no firewall rules. Throws a Problem if the kernel behaves
 * differently.
 */
async function startBlackHole(host: string): Promise<BlackHole> {
  const gate = new SharedArrayBuffer(4);
  const thread = new Worker(listener, { eval: true, workerData: { host, gate }, env: {}, execArgv: [] });
  const held: Socket[] = [];
  const close = async (): Promise<void> => {
    for (const socket of held) socket.destroy();
    Atomics.store(new Int32Array(gate), 0, 1);
    Atomics.notify(new Int32Array(gate), 0);
    await thread.terminate();
  };
  try {
    const endpoint = { ip: host, port: await portOf(thread) };
    for (let count = 0; count < fillers; count++) held.push(occupant(endpoint));
    await delay(settleMs);
    if (await answers(endpoint)) throw failed("the kernel keeps accepting connections");
    return { endpoint, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function portOf(thread: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("message", (message: { readonly port?: number; readonly error?: string }) => {
      if (message.port !== undefined) resolve(message.port);
      else reject(failed(message.error ?? "unknown"));
    });
  });
}

/** A connection that occupies a place in the queue, or waits for one. */
function occupant({ ip, port }: AddressAndPort): Socket {
  const socket = connect({ host: ip, port });
  socket.on("error", () => {
    socket.destroy();
  });
  return socket;
}

async function answers(endpoint: AddressAndPort): Promise<boolean> {
  const socket = occupant(endpoint);
  const connected = new Promise<boolean>((resolve) => {
    socket.once("connect", () => {
      resolve(true);
    });
    socket.once("close", () => {
      resolve(true);
    });
  });
  const answered = await Promise.race([connected, delay(connectMs, false)]);
  socket.destroy();
  return answered;
}

function failed(detail: string): Problem {
  return new Problem(
    "simulator-start-failed",
    "an address that drops what is sent to it cannot be made here",
    { detail },
  );
}
