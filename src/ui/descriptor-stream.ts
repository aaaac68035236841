import { writeSync } from "node:fs";
import type { OutputStream } from "./terminal-output.js";

const pauseMs = 5;

/**
 * Output to a file or pipe, written before `write` returns; Node's own streams take longer to load than most commands run. A reader
 * that has gone away (`knetctl plan | head`) is no error; anything else that keeps a text from being written is thrown.
 */
export function descriptorStream(descriptor: number): OutputStream {
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; ) written += writeSome(descriptor, bytes.subarray(written));
    },
  };
}

/** How many of the bytes are done with. */
function writeSome(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EPIPE") return bytes.length;
    if (code !== "EAGAIN") throw error;
    // whoever started this made the pipe non-blocking, and it is full
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return 0;
  }
}
