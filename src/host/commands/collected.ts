import type { Readable } from "node:stream";

const halfOfOutput = 512 * 1024;

export interface Collected {
  /** Settles at the stream's end. */
  readonly whole: Promise<void>;
  text(): string;
}

/** The first and the last half MiB of a stream: all of it is read, so that the child is not held up. */
export function collected(stream: Readable | null): Collected {
  const [head, tail] = [new Pieces(), new Pieces()];
  let dropped = 0;
  stream?.on("data", (chunk: Buffer) => {
    const first = chunk.subarray(0, halfOfOutput - head.length);
    head.add(first);
    tail.add(chunk.subarray(first.length));
    if (tail.length > 2 * halfOfOutput) dropped += tail.keepLast(halfOfOutput);
  });
  const whole = new Promise<void>((resolve) => {
    if (stream === null) resolve();
    else
      stream
        .once("close", () => {
          resolve();
        })
        .once("error", () => {
          resolve();
        });
  });
  // a gap between the halves is marked; without one, a character may lie across the boundary
  const parts = (): readonly Buffer[] => {
    dropped += tail.keepLast(halfOfOutput);
    const gap = dropped === 0 ? [] : [Buffer.from(`\n[${dropped} bytes left out]\n`)];
    return [head.joined(), ...gap, tail.joined()];
  };
  return { whole, text: () => Buffer.concat(parts()).toString("utf8") };
}

const manyPieces = 1000;

/** Bytes that come in pieces, joined now and then: many small pieces take more room than they hold. */
class Pieces {
  length = 0;
  #pieces: Buffer[] = [];

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.length += piece.length;
    this.#pieces.push(piece);
    if (this.#pieces.length > manyPieces) this.joined();
  }

  joined(): Buffer {
    const joined = Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }

  /** Forgets what comes before the last `length` bytes; returns how many bytes that was. */
  keepLast(length: number): number {
    const forgotten = Math.max(this.length - length, 0);
    if (forgotten > 0) {
      this.#pieces = [this.joined().subarray(forgotten)];
      this.length = length;
    }
    return forgotten;
  }
}
