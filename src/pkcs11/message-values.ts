import { dayMs } from "../formats/units.js";

/** A day: longer than anything here waits. */
const mostMs = dayMs;

/** A time in milliseconds; undefined for anything else, such as JSON's 1e999, which is infinite. */
export function milliseconds(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= mostMs ? value : undefined;
}

/** In bytes: a longer line is not the worker's, and is dropped. */
const longest = 64 * 1024;
const lineBreak = 0x0a;

/**
 * Cuts a stream into lines, keeping at most one line of at most 64 KiB in memory, whatever comes. Longer
 * lines are dropped entirely. The returned function takes the next chunk.
 */
export function messageLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    length += part.length;
    if (length <= longest) parts.push(part);
    else parts = [];
  };
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(lineBreak); end !== -1; end = chunk.indexOf(lineBreak, start)) {
      add(chunk.subarray(start, end));
      if (length > 0 && length <= longest) onLine(Buffer.concat(parts).toString());
      parts = [];
      length = 0;
      start = end + 1;
    }
    add(chunk.subarray(start));
  };
}

/** More libraries than any module loads. */
const mostPaths = 500;

/** Absolute paths; anything else in a list is left out. */
export function paths(value: unknown): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries
    .filter((path): path is string => typeof path === "string" && path.startsWith("/"))
    .slice(0, mostPaths);
}
