import { closeSync, constants, fstatSync, openSync, read } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { errorCode } from "../../problem/thrown.js";

/** How often an empty pipe that must not be waited for is polled. */
const retryMs = 20;

/** Standard input, output and error stay open. */
const lastStandard = 2;

/**
 * Reads a descriptor that was passed in to its end, but at most `most` bytes, and closes it: left open, the
 * installer and the module would inherit it. Rejects with the system's error, or if `signal` aborts; no
 * thread is then left waiting, which would prevent the program from ending.
 */
export async function readGiven(descriptor: number, most: number, signal?: AbortSignal): Promise<Buffer> {
  const stat = fstatSync(descriptor);
  const again = stat.isFIFO() ? openedAgain(descriptor) : undefined;
  if (stat.isSocket() || (stat.isFIFO() && again === undefined))
    return await readStream(descriptor, most, signal);
  try {
    return await readDescriptor(again ?? descriptor, most, { ...(signal && { signal }) });
  } finally {
    for (const open of [again, descriptor]) if (open !== undefined && open > lastStandard) closeSync(open);
  }
}

/**
 * Opens a pipe again, non-blocking. The flags of the descriptor itself are shared with other processes and
 * stay as they are. Undefined if it is another user's pipe, which cannot be opened.
 */
function openedAgain(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

/**
 * What cannot be opened again is read by Node's stream, which makes it non-blocking for everyone who shares
 * it.
 */
async function readStream(
  descriptor: number,
  most: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  // the stream closes what it was given, but for standard input (libuv's uv__stream_close)
  const stream = new Socket({ fd: descriptor, readable: true, writable: false, ...(signal && { signal }) });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    chunks.push(bytes);
    length += bytes.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/**
 * Reads to the end, but at most `most` bytes. Rejects with the system's error, or when `signal` aborts.
 * Without `waits` there being nothing to read yet is an error too.
 */
export async function readDescriptor(
  descriptor: number,
  most: number,
  { signal, waits = true }: { readonly signal?: AbortSignal; readonly waits?: boolean } = {},
): Promise<Buffer> {
  const buffer = Buffer.alloc(most);
  let length = 0;
  while (length < most) {
    signal?.throwIfAborted();
    try {
      const { bytesRead } = await promisify(read)(descriptor, buffer, length, most - length, null);
      if (bytesRead === 0) break;
      length += bytesRead;
    } catch (error) {
      if (!waits || errorCode(error) !== "EAGAIN") throw error;
      await delay(retryMs, undefined, signal && { signal });
    }
  }
  return buffer.subarray(0, length);
}
