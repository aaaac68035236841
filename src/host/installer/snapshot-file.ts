import { writeFileSync } from "node:fs";
import { PackedSnapshot } from "./snapshot.js";

/** Tells a complete file from one that was cut off; it stands at the end. */
const mark = Buffer.from("complete");
const headerBytes = 8;

/**
 * Writes a snapshot to a new file of mode 0600. The caller makes it durable. The file: the lengths in bytes
 * of the paths and of the links (32 bits each), eight numbers for each path (64-bit floating point), the
 * paths, the links and their texts by turns (each text ends with a zero byte, which no path holds), the mark.
 * Only this machine reads it again, so its order of bytes will do.
 */
export function writeSnapshot(file: string, { paths, targets, numbers }: PackedSnapshot): void {
  const names = [paths, [...targets].flat()].map(joined);
  const header = Buffer.alloc(headerBytes);
  names.forEach(({ length }, at) => header.writeUInt32LE(length, at * 4));
  const pieces = [
    header,
    Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength),
    ...names,
    mark,
  ];
  writeFileSync(file, Buffer.concat(pieces), { mode: 0o600, flag: "wx" });
}

/** The snapshot that a file holds; undefined when it is not complete. */
export function parseSnapshot(bytes: Buffer): PackedSnapshot | undefined {
  if (bytes.length < headerBytes + mark.length || !bytes.subarray(-mark.length).equals(mark))
    return undefined;
  const linksFrom = bytes.length - mark.length - bytes.readUInt32LE(4);
  const pathsFrom = linksFrom - bytes.readUInt32LE(0);
  if (pathsFrom < headerBytes || (pathsFrom - headerBytes) % Float64Array.BYTES_PER_ELEMENT !== 0)
    return undefined;
  // copied: numbers must begin at a multiple of their size
  const numbers = new Float64Array(Uint8Array.from(bytes.subarray(headerBytes, pathsFrom)).buffer);
  const links = split(bytes.subarray(linksFrom, -mark.length));
  const targets = new Map(
    links.flatMap((path, at) => (at % 2 === 0 ? [[path, links[at + 1] ?? ""] as const] : [])),
  );
  const snapshot = new PackedSnapshot(split(bytes.subarray(pathsFrom, linksFrom)), numbers, targets);
  return snapshot.numbers.length === numbers.length ? snapshot : undefined;
}

function joined(texts: readonly string[]): Buffer {
  return Buffer.from(texts.map((text) => `${text}\0`).join(""));
}

function split(bytes: Buffer): string[] {
  return bytes.toString("utf8").split("\0").slice(0, -1);
}
