import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * Bytes that are kept of what a peer says first, and bytes after which it is cut off: a whole probe needs a
 * few thousand.
 */
const keptBytes = 16 * 1024;
const mostBytes = 256 * 1024;

/** A TCP connection that remembers how it went: what the peer said first, how much, and how it ended. */
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
    // how it broke is told by `ended` and `first`; an error's text says no more
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

  /** It said more than any VHSM does, and was cut off. */
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
