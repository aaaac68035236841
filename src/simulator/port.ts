import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { Problem } from "../problem/problem.js";

/**
 * How a simulated VHSM is down: `refuse` closes its ports; `black-hole` accepts connections and sends
 * nothing; `silent-after-tls` completes the TLS handshake and then sends nothing.
 */
export const downModes = ["up", "refuse", "black-hole", "silent-after-tls"] as const;
export type DownMode = (typeof downModes)[number];

export interface PortOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Addresses that may connect; others are disconnected at once. Undefined: all. */
  readonly allow: ReadonlySet<string> | undefined;
  /** Handles a new connection. */
  serve(socket: Socket): void;
}

/** A TCP port that can be taken down and up again in the ways a VHSM's can. */
export class Port {
  readonly #options: PortOptions;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#accept(socket);
  });
  #number: number;
  #mode: DownMode = "up";

  constructor(options: PortOptions) {
    this.#options = options;
    this.#number = options.port;
  }

  get number(): number {
    return this.#number;
  }

  get mode(): DownMode {
    return this.#mode;
  }

  async open(): Promise<void> {
    const { host } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error) => {
        reject(cannotListen(host, this.#number, error));
      });
      this.#server.listen({ host, port: this.#number, exclusive: true }, resolve);
    });
    this.#server.removeAllListeners("error");
    this.#number = listeningPort(this.#server.address());
  }

  /** Closes the port and cuts off every connection, as a machine that loses power would. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
  }

  async setMode(mode: DownMode): Promise<void> {
    this.#mode = mode;
    if (mode === "refuse") await this.close();
    else if (!this.#server.listening) await this.open();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {
      socket.destroy();
    });
    const { allow } = this.#options;
    if (allow !== undefined && !allow.has(plainAddress(socket))) socket.destroy();
    else if (this.#mode !== "black-hole") this.#options.serve(socket);
  }
}

function listeningPort(address: AddressInfo | string | null): number {
  return address === null || typeof address === "string" ? 0 : address.port;
}

function plainAddress({ remoteAddress = "" }: Socket): string {
  return remoteAddress.replace(/^::ffff:/, "");
}

function cannotListen(host: string, port: number, cause: unknown): Problem {
  const detail = cause instanceof Error ? cause.message : undefined;
  return new Problem(
    "simulator-start-failed",
    `cannot listen on ${host}${port === 0 ? "" : ` port ${port}`}`,
    {
      ...(detail !== undefined && { detail }),
      hint: "the address must be one of this machine, and the port free",
    },
  );
}
