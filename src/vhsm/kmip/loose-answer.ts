import { isRecord } from "../../formats/json/json-values.js";
import { peerText } from "../peer-text.js";
import { malformed } from "./item.js";
import type { QueryAnswer } from "./messages.js";
import { enumerations, nameOfTag, nameOfValue, tagNumbers } from "./tags.js";

/**
 * A part of a message in JSON whose tags and types need not be known here: with its tag's name, if it has
 * one.
 */
interface LooseItem {
  readonly tag: string;
  /** The value of a leaf; empty for a structure. */
  readonly value: string | number | boolean;
  readonly parts: readonly LooseItem[];
}

const deepest = 16;
const mostInformation = 20;

/**
 * What the answer to a Query says, in KMIP's JSON form, whatever else it holds: server information is
 * vendor-specific, and may use tags, enumerations and types that are not known here. Its texts are safe to
 * quote (peer-text.ts). Throws a Problem (`kmip-malformed`) if it is not a response message.
 */
export function readLooseAnswer(source: string): QueryAnswer {
  const response = itemFrom(parsed(source), 0);
  const item = at(response, "BatchItem");
  const status = at(item, "ResultStatus")?.value;
  if (response.tag !== "ResponseMessage" || status === undefined || status === "")
    throw malformed("no response with a result");
  const success = status === "Success" || numberFrom(status) === enumerations.ResultStatus.Success;
  const reason = at(item, "ResultReason")?.value;
  const message = at(item, "ResultMessage")?.value;
  const vendor = at(item, "ResponsePayload", "VendorIdentification")?.value;
  const version = at(response, "ResponseHeader", "ProtocolVersion");
  const [major, minor] = [
    at(version, "ProtocolVersionMajor")?.value,
    at(version, "ProtocolVersionMinor")?.value,
  ];
  return {
    success,
    ...(reason !== undefined && !success && { reason: reasonName(reason) }),
    ...(typeof message === "string" && { message: peerText(message) }),
    ...(typeof vendor === "string" && { vendor: peerText(vendor) }),
    ...(major !== undefined &&
      minor !== undefined && { protocol: `${numberFrom(major) ?? "?"}.${numberFrom(minor) ?? "?"}` }),
    serverInformation: leaves(at(item, "ResponsePayload", "ServerInformation")).slice(0, mostInformation),
  };
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    throw malformed("not JSON");
  }
}

function itemFrom(document: unknown, depth: number): LooseItem {
  if (depth > deepest || !isRecord(document) || !("tag" in document) || !("value" in document))
    throw malformed("an item is not an object");
  const { tag, value } = document;
  if (typeof tag !== "string") throw malformed("an item has no tag");
  const name = /^0x[0-9a-f]{6}$/i.test(tag) ? (nameOfTag(Number(tag)) ?? tag.toLowerCase()) : tag;
  if (Array.isArray(value))
    return { tag: name, value: "", parts: value.map((each: unknown) => itemFrom(each, depth + 1)) };
  return {
    tag: name,
    value: typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : "",
    parts: [],
  };
}

function at(item: LooseItem | undefined, ...path: readonly string[]): LooseItem | undefined {
  return path.reduce<LooseItem | undefined>(
    (here, tag) => here?.parts.find((child) => child.tag === tag),
    item,
  );
}

/** Integers and enumerations are numbers or hexadecimal text (KMIP Additional Message Encodings, 3). */
function numberFrom(value: LooseItem["value"]): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^0x[0-9a-f]{1,8}$/i.test(value) ? Number(value) : undefined;
}

function reasonName(reason: LooseItem["value"]): string {
  const number = numberFrom(reason);
  return number === undefined
    ? peerText(String(reason))
    : (nameOfValue(tagNumbers.ResultReason, number) ?? `0x${number.toString(16)}`);
}

/** "Tag: value" for everything below that has a value. */
function leaves(item: LooseItem | undefined): readonly string[] {
  if (item === undefined) return [];
  return item.parts.length > 0
    ? item.parts.flatMap(leaves)
    : [peerText(`${item.tag}: ${String(item.value)}`)].filter(() => item.value !== "");
}
