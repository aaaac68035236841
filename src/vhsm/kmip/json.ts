import { isRecord } from "../../formats/json/json-values.js";
import type { KmipItem, KmipType } from "./item.js";
import { deepestNesting, kmipTypes, malformed } from "./item.js";
import { nameOfTag, nameOfValue, tagOfName, valueOfName } from "./tags.js";

/**
 * KMIP's JSON form (OASIS KMIP Additional Message Encodings, 3): names if they are known, otherwise
 * hexadecimal.
 */
export function encodeJson(item: KmipItem): string {
  return JSON.stringify(toJson(item));
}

/** Reads one message; anything else is a Problem (`kmip-malformed`) that does not quote it. */
export function decodeJson(source: string): KmipItem {
  let document: unknown;
  try {
    document = JSON.parse(source);
  } catch {
    throw malformed("not JSON");
  }
  return fromJson(document, 0);
}

function toJson(item: KmipItem): object {
  const tag = nameOfTag(item.tag) ?? hex(BigInt(item.tag), 6);
  if (item.type === "Structure") return { tag, value: item.value.map(toJson) };
  return { tag, type: item.type, value: leafToJson(item) };
}

function leafToJson(item: Exclude<KmipItem, { type: "Structure" }>): unknown {
  switch (item.type) {
    case "Enumeration":
      return nameOfValue(item.tag, item.value) ?? hex(BigInt(item.value), 8);
    case "LongInteger":
      return hex(BigInt.asUintN(64, item.value), 16);
    case "BigInteger":
      return hex(BigInt.asUintN(bitsOf(item.value), item.value), bitsOf(item.value) / 4);
    case "ByteString":
      return Buffer.from(item.value).toString("hex");
    case "DateTime":
      return item.value.toISOString();
    case "Integer":
    case "Interval":
    case "Boolean":
    case "TextString":
      return item.value;
  }
}

function hex(value: bigint, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** Two's complement in as many 8-byte words as needed. */
function bitsOf(value: bigint): number {
  let bits = 64;
  while (BigInt.asIntN(bits, value) !== value) bits += 64;
  return bits;
}

function fromJson(document: unknown, depth: number): KmipItem {
  if (depth > deepestNesting) throw malformed(`nested more than ${deepestNesting} deep`);
  if (!isRecord(document)) throw malformed("an item is not an object");
  const tag = tagFrom(document["tag"]);
  const type = document["type"] ?? "Structure";
  const value = document["value"];
  if (!isType(type)) throw malformed("unknown type of an item");
  if (type !== "Structure") return leafFromJson(tag, type, value);
  if (!Array.isArray(value)) throw malformed("a structure's value is not a list");
  return { tag, type, value: value.map((each: unknown) => fromJson(each, depth + 1)) };
}

function leafFromJson(tag: number, type: Exclude<KmipType, "Structure">, value: unknown): KmipItem {
  switch (type) {
    case "Integer":
      return { tag, type, value: Number(BigInt.asIntN(32, integerFrom(value, 32))) };
    case "Interval":
      return { tag, type, value: Number(BigInt.asUintN(32, integerFrom(value, 32))) };
    case "Enumeration":
      return { tag, type, value: enumerationFrom(tag, value) };
    case "LongInteger":
      return { tag, type, value: BigInt.asIntN(64, integerFrom(value, 64)) };
    case "BigInteger":
      return { tag, type, value: bigIntegerFrom(value) };
    case "Boolean":
      return { tag, type, value: booleanFrom(value) };
    case "TextString":
      return { tag, type, value: stringFrom(value) };
    case "ByteString":
      return { tag, type, value: bytesFrom(value) };
    case "DateTime":
      return { tag, type, value: dateFrom(value) };
  }
}

function isType(value: unknown): value is KmipType {
  return kmipTypes.some((type) => type === value);
}

function tagFrom(value: unknown): number {
  const name = stringFrom(value);
  const tag = /^0x[0-9a-f]{6}$/i.test(name) ? Number(name) : tagOfName(name);
  if (tag === undefined) throw malformed("unknown tag of an item");
  return tag;
}

function stringFrom(value: unknown): string {
  if (typeof value !== "string") throw malformed("text expected");
  return value;
}

function integerFrom(value: unknown, bits: number): bigint {
  if (typeof value === "number" && Number.isSafeInteger(value)) {
    if (
      BigInt.asIntN(bits, BigInt(value)) === BigInt(value) ||
      BigInt.asUintN(bits, BigInt(value)) === BigInt(value)
    )
      return BigInt(value);
  }
  if (typeof value === "string" && /^0x[0-9a-f]+$/i.test(value) && value.length <= 2 + bits / 4)
    return BigInt(value);
  throw malformed(`integer of ${bits} bits expected`);
}

function bigIntegerFrom(value: unknown): bigint {
  const digits = stringFrom(value);
  if (!/^0x([0-9a-f]{16})+$/i.test(digits)) throw malformed("big integer expected");
  return BigInt.asIntN((digits.length - 2) * 4, BigInt(digits));
}

function enumerationFrom(tag: number, value: unknown): number {
  const known = typeof value === "string" ? valueOfName(tag, value) : undefined;
  return known ?? Number(BigInt.asUintN(32, integerFrom(value, 32)));
}

function booleanFrom(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  return integerFrom(value, 64) !== 0n;
}

function bytesFrom(value: unknown): Uint8Array {
  const digits = stringFrom(value);
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw malformed("hexadecimal bytes expected");
  return Buffer.from(digits, "hex");
}

function dateFrom(value: unknown): Date {
  const string = stringFrom(value);
  const date = string.startsWith("0x")
    ? new Date(Number(BigInt.asIntN(64, integerFrom(string, 64))) * 1000)
    : new Date(string);
  if (Number.isNaN(date.getTime())) throw malformed("date expected");
  return date;
}
