import { request, type IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { firstWords, type FirstWords } from "./first-words.js";

/** The most bytes that are read of headers, and of a body: the answer to a Query has some hundred. */
const mostBytes = 64 * 1024;
/** The most bytes that are kept of what came first, whether HTTP or not. */
const keptBytes = 1024;

export interface Post {
  readonly host: string;
  readonly body: string;
}

/**
 * A request on a connection, and as much of an answer as has come. Accepts what Node's strict parser refuses,
 * as the client's libcurl does.
 */
export class HttpExchange {
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
