import type { Readable } from "node:stream";

const halfOfOutput = 512 * 1024;

export interface Collected {
  /** Settles at the stream's end. */
  readonly whole: Promise<void>;
  text(): string;
}

/** The first and the last half MiB of a stream: all of it is read, so that the child is not held up. */
export function collected(stream: Readable | null): Collected {
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let dropped = 0;
  stream?.on("data", (chunk: Buffer) => {
    const first = chunk.subarray(0, halfOfOutput - head.length);
    if (first.length > 0) head = Buffer.concat([head, first]);
    if (first.length === chunk.length) return;
    const rest = Buffer.concat([tail, chunk.subarray(first.length)]);
    tail = rest.subarray(-halfOfOutput);
    dropped += rest.length - tail.length;
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
  const parts = (): readonly Buffer[] =>
    dropped === 0 ? [head, tail] : [head, Buffer.from(`\n[${dropped} bytes left out]\n`), tail];
  return { whole, text: () => Buffer.concat(parts()).toString("utf8") };
}
