import type { Fetch } from "./elf-symbols.js";

/** A buffer of that size, until the next is asked for. */
export type Room = (size: number) => Buffer;

/**
 * One for all files, as large as the largest: what dozens of libraries take, each as large as its file, makes
 * V8 look through its whole memory for what it can give back.
 */
export function roomFor(): Room {
  let bytes = Buffer.alloc(0);
  return (size) => {
    if (bytes.length < size) bytes = Buffer.alloc(Math.max(size, 2 * bytes.length));
    return bytes.subarray(0, size);
  };
}

const pageBytes = 16 * 1024;

/**
 * What fetches parts of a file by `fill` into `bytes`, which has room for all of it. A library has megabytes,
 * of which few pages are needed: memory is only taken for those that are filled. What another file left there
 * is gone before a page is filled.
 */
export function eachPageOnce(
  bytes: Buffer,
  fill: (buffer: Buffer, at: number, count: number) => void,
): Fetch {
  const filled = new Set<number>();
  return (at, count) => {
    const end = Math.min(at + count, bytes.length);
    for (let page = Math.floor(at / pageBytes); page * pageBytes < end; page++) {
      if (filled.has(page)) continue;
      bytes.fill(0, page * pageBytes, Math.min((page + 1) * pageBytes, bytes.length));
      fill(bytes, page * pageBytes, pageBytes);
      filled.add(page);
    }
  };
}
