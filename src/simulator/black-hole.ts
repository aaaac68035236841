import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { Problem } from "../problem/problem.js";
import type { AddressAndPort } from "./cluster.js";

export interface BlackHole {
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
export async function startBlackHole(host: string): Promise<BlackHole> {
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
