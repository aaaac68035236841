import type { Socket } from "node:net";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import type { Deadline } from "./deadline.js";
import type { Finding } from "./endpoint-report.js";
import type { Peer } from "./peer.js";

/**
 * How many bytes are kept of what a peer says first, and after how many it is cut off: a whole probe needs a
 * few thousand.
 */
const keptBytes = 16 * 1024;
const mostBytes = 256 * 1024;

/**
 * A TCP connection that records what happened on it: what the peer said first, how much, and how it ended.
 */
export class Wire extends Duplex {
  readonly #socket: Socket;
  #first = Buffer.alloc(0);
  #received = 0;
  #ended = false;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#take(chunk);
    });
    socket.on("end", () => {
      this.#ended = true;
      this.push(null);
    });
    // `ended` and `first` say how it broke; an error's text says no more
    socket.on("error", () => {
      this.#ended = true;
    });
    socket.on("close", () => {
      this.#ended = true;
      this.destroy();
    });
    this.on("error", () => undefined);
  }

  /** The beginning of what the peer said. */
  get first(): Buffer {
    return this.#first;
  }

  /** The peer closed, or the connection broke. */
  get ended(): boolean {
    return this.#ended;
  }

  /** It sent more than any VHSM does, and was cut off. */
  get flooded(): boolean {
    return this.#received > mostBytes;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    // a write that fails shows as the end of the connection
    if (this.#socket.writable)
      this.#socket.write(chunk, () => {
        done();
      });
    else done();
  }

  override _final(done: () => void): void {
    this.#socket.end(() => {
      done();
    });
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done();
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#first.length < keptBytes)
      this.#first = Buffer.concat([this.#first, chunk.subarray(0, keptBytes - this.#first.length)]);
    if (this.flooded) this.destroy();
    else if (!this.push(chunk)) this.#socket.pause();
  }
}

/** An open TCP connection, and how many milliseconds it took; or why there is none. */
export type Opened = { readonly wire: Wire; readonly ms: number } | { readonly finding: Finding } | "late";

/** Connects to a peer's address. */
export async function openWire(
  { address, port }: Pick<Peer, "address" | "port">,
  deadline: Deadline,
): Promise<Opened> {
  if (deadline.left === 0) return "late";
  const start = performance.now();
  const socket = connect({ host: address, port, noDelay: true });
  const opened = await deadline.first<Opened>((done) => {
    socket.once("connect", () => {
      done({ wire: new Wire(socket), ms: performance.now() - start });
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      done({ finding: failure(error.code ?? "", performance.now() - start) });
    });
  });
  if (opened === "late") socket.destroy();
  return opened;
}

/** What the code of a failed connect(2) means, after so many milliseconds. */
export function failure(code: string, ms: number): Finding {
  switch (code) {
    case "ECONNREFUSED":
      return { kind: "refused" };
    // accepted, and withdrawn before it was seen here
    case "ECONNRESET":
    case "ECONNABORTED":
      return { kind: "rejected" };
    // the kernel's time-out ended before this one
    case "ETIMEDOUT":
      return { kind: "timed-out", stage: "connect", ms: Math.round(ms) };
    case "EMFILE":
    case "ENFILE":
    case "ENOBUFS":
    case "ENOMEM":
    case "EACCES":
    case "EPERM":
    case "EADDRNOTAVAIL":
      return { kind: "own-host", doing: "connecting", code };
    default:
      return { kind: "unreachable", code };
  }
}
