import { read } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const readSome = promisify(read);

/** How often a pipe that has nothing yet and must not be waited for is asked again. */
const retryMs = 20;

/** Reads to the end, but at most `most` bytes. Rejects with the system's error, or when `signal` aborts. */
export async function readDescriptor(descriptor: number, most: number, signal?: AbortSignal): Promise<Buffer> {
  const buffer = Buffer.alloc(most);
  let length = 0;
  while (length < most) {
    try {
      const { bytesRead } = await readSome(descriptor, buffer, length, most - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      await delay(retryMs, undefined, signal && { signal });
    }
  }
  return buffer.subarray(0, length);
}
