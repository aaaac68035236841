import { closeSync, constants, fstatSync, openSync, read } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

const readSome = promisify(read);

/** How often a pipe that has nothing yet and must not be waited for is asked again. */
const retryMs = 20;

/** Reads to the end, but at most `most` bytes. Rejects with the system's error, or when `signal` aborts. */
export async function readDescriptor(descriptor: number, most: number, signal?: AbortSignal): Promise<Buffer> {
  const ours = openedAgain(descriptor);
  try {
    return await readToEnd(ours ?? descriptor, most, signal);
  } finally {
    if (ours !== undefined) closeSync(ours);
  }
}

/**
 * A pipe, in a way that does not wait: a thread that waits for a writer could not be called back, and would keep the program from
 * ending. The descriptor's own flags are shared with other processes and stay as they are. Undefined for anything else.
 */
function openedAgain(descriptor: number): number | undefined {
  if (!fstatSync(descriptor).isFIFO()) return undefined;
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined; // another user's pipe
  }
}

async function readToEnd(descriptor: number, most: number, signal?: AbortSignal): Promise<Buffer> {
  const buffer = Buffer.alloc(most);
  let length = 0;
  while (length < most) {
    signal?.throwIfAborted();
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
