import type { KmipItem, KmipType } from "./item.js";
import { deepestNesting, kmipTypes, malformed } from "./item.js";

const headerLength = 8;
const fixedLengths: Partial<Record<KmipType, number>> = {
  Integer: 4,
  LongInteger: 8,
  Enumeration: 4,
  Boolean: 8,
  DateTime: 8,
  Interval: 4,
};

/**
 * KMIP's binary form (KMIP 1.4, 9.1): 3-byte tag, type byte, 4-byte length, value padded to a multiple of 8.
 */
export function encodeTtlv(item: KmipItem): Buffer {
  const value = encodeValue(item);
  const header = Buffer.alloc(headerLength);
  header.writeUIntBE(item.tag, 0, 3);
  header.writeUInt8(kmipTypes.indexOf(item.type) + 1, 3);
  header.writeUInt32BE(value.length, 4);
  return Buffer.concat([header, value, Buffer.alloc(paddingOf(value.length))]);
}

/** Reads one whole message; anything before, after or missing is a Problem (`kmip-malformed`). */
export function decodeTtlv(bytes: Uint8Array): KmipItem {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { item, end } = decodeAt(buffer, 0, 0);
  if (end !== buffer.length) throw malformed(`${buffer.length - end} bytes after the message`);
  return item;
}

/**
 * The length in bytes of the message that these bytes begin; undefined while there are fewer than 8. Throws
 * if they cannot begin a message.
 */
export function ttlvMessageLength(beginning: Uint8Array): number | undefined {
  if (beginning.length > 0 && beginning[0] !== 0x42) throw malformed("the first byte is not 42");
  if (beginning.length < headerLength) return undefined;
  const buffer = Buffer.from(beginning.buffer, beginning.byteOffset, headerLength);
  return headerLength + buffer.readUInt32BE(4);
}

function paddingOf(length: number): number {
  return (8 - (length % 8)) % 8;
}

function encodeValue(item: KmipItem): Buffer {
  switch (item.type) {
    case "Structure":
      return Buffer.concat(item.value.map(encodeTtlv));
    case "Integer":
      return written(4, (buffer) => buffer.writeInt32BE(item.value));
    case "Enumeration":
    case "Interval":
      return written(4, (buffer) => buffer.writeUInt32BE(item.value));
    case "LongInteger":
      return written(8, (buffer) => buffer.writeBigInt64BE(item.value));
    case "BigInteger":
      return encodeBigInteger(item.value);
    case "Boolean":
      return written(8, (buffer) => buffer.writeBigUInt64BE(item.value ? 1n : 0n));
    case "TextString":
      return Buffer.from(item.value, "utf8");
    case "ByteString":
      return Buffer.from(item.value);
    case "DateTime":
      return written(8, (buffer) => buffer.writeBigInt64BE(BigInt(Math.floor(item.value.getTime() / 1000))));
  }
}

function written(length: number, write: (buffer: Buffer) => unknown): Buffer {
  const buffer = Buffer.alloc(length);
  write(buffer);
  return buffer;
}

/** Two's complement in as many 8-byte words as needed. */
function encodeBigInteger(value: bigint): Buffer {
  let bits = 64;
  while (BigInt.asIntN(bits, value) !== value) bits += 64;
  return Buffer.from(
    BigInt.asUintN(bits, value)
      .toString(16)
      .padStart(bits / 4, "0"),
    "hex",
  );
}

interface Decoded {
  readonly item: KmipItem;
  readonly end: number;
}

function decodeAt(buffer: Buffer, start: number, depth: number): Decoded {
  if (depth > deepestNesting) throw malformed(`nested more than ${deepestNesting} deep`);
  if (buffer.length - start < headerLength) throw malformed("cut off in a header");
  const tag = buffer.readUIntBE(start, 3);
  const type = kmipTypes[buffer.readUInt8(start + 3) - 1];
  const length = buffer.readUInt32BE(start + 4);
  const end = start + headerLength + length + paddingOf(length);
  if (type === undefined) throw malformed(`unknown type ${buffer.readUInt8(start + 3)} at byte ${start + 3}`);
  if (end > buffer.length) throw malformed(`the value at byte ${start + headerLength} is cut off`);
  if (length !== (fixedLengths[type] ?? length))
    throw malformed(`${type} of ${length} bytes at byte ${start}`);
  const value = buffer.subarray(start + headerLength, start + headerLength + length);
  return { item: decodeValue(tag, type, value, depth), end };
}

function decodeValue(tag: number, type: KmipType, value: Buffer, depth: number): KmipItem {
  switch (type) {
    case "Structure":
      return { tag, type, value: decodeParts(value, depth) };
    case "Integer":
      return { tag, type, value: value.readInt32BE() };
    case "Enumeration":
    case "Interval":
      return { tag, type, value: value.readUInt32BE() };
    case "LongInteger":
      return { tag, type, value: value.readBigInt64BE() };
    case "BigInteger":
      return { tag, type, value: decodeBigInteger(value) };
    case "Boolean":
      return { tag, type, value: value.readBigUInt64BE() !== 0n };
    case "TextString":
      return { tag, type, value: decodeText(value) };
    case "ByteString":
      return { tag, type, value: Buffer.from(value) };
    case "DateTime":
      return { tag, type, value: new Date(Number(value.readBigInt64BE()) * 1000) };
  }
}

function decodeParts(value: Buffer, depth: number): KmipItem[] {
  const items: KmipItem[] = [];
  for (let at = 0; at < value.length;) {
    const { item, end } = decodeAt(value, at, depth + 1);
    items.push(item);
    at = end;
  }
  return items;
}

function decodeBigInteger(value: Buffer): bigint {
  if (value.length === 0 || value.length % 8 !== 0) throw malformed(`BigInteger of ${value.length} bytes`);
  return BigInt.asIntN(value.length * 8, BigInt(`0x${value.toString("hex")}`));
}

function decodeText(value: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw malformed("a text is not UTF-8");
  }
}
