import { fstatSync, writeSync } from "node:fs";
import { errorCode } from "../../problem/thrown.js";
import type { OutputStream } from "./terminal-output.js";

const pauseMs = 5;

/** The part of Node's stream that is used here. */
interface NodeStream extends OutputStream {
  on(event: "error", listener: (error: unknown) => void): unknown;
}

export interface CheckedStream extends OutputStream {
  /**
   * True once a text was lost for a reason other than a reader that has gone away (`knetctl plan | head`).
   */
  failed(): boolean;
  /** True once a text was lost for any reason. */
  lost(): boolean;
}

/**
 * Output to a descriptor. To a file or pipe it is written before `write` returns: Node's streams take longer
 * to load than most commands take to run; they are used only for a terminal, since they know its width, or a
 * closed descriptor. Never throws: a run that changes the host must not end halfway because its terminal is
 * gone or the disk under its log is full.
 */
export function outputTo(descriptor: 1 | 2, nodeStream: () => NodeStream): CheckedStream {
  let [failed, lost] = [false, false];
  const lose = (error: unknown): void => {
    lost = true;
    failed ||= errorCode(error) !== "EPIPE";
  };
  const state = { failed: () => failed, lost: () => lost };
  if (!mayBeTerminal(descriptor))
    return {
      write: (text) => {
        tryWrite(descriptor, Buffer.from(text), lose);
      },
      ...state,
    };
  const stream = nodeStream();
  stream.on("error", lose);
  return {
    write: (text) => stream.write(text),
    ...state,
    ...(stream.isTTY !== undefined && { isTTY: stream.isTTY }),
    get columns() {
      return known(stream.columns) ?? 80;
    },
    get rows() {
      return known(stream.rows) ?? 24;
    },
  };
}

/** A terminal whose size was never set reports 0. */
function known(size: number | undefined): number | undefined {
  return size === 0 ? undefined : size;
}

/** The major number of memory devices (/dev/null, /dev/full) in Linux's list of devices. */
const memoryDevices = 1;

function mayBeTerminal(descriptor: number): boolean {
  try {
    const entry = fstatSync(descriptor);
    return entry.isCharacterDevice() && ((entry.rdev >> 8) & 0xfff) !== memoryDevices;
  } catch {
    return true;
  }
}

function tryWrite(descriptor: number, bytes: Buffer, lose: (error: unknown) => void): void {
  try {
    for (let written = 0; written < bytes.length;) written += writeSome(descriptor, bytes.subarray(written));
  } catch (error) {
    lose(error);
  }
}

function writeSome(descriptor: number, bytes: Buffer): number {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    if (errorCode(error) !== "EAGAIN") throw error;
    // the parent process made the pipe non-blocking, and it is full
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return 0;
  }
}
