import type { JsonNode } from "./json-tree.js";

/** A JSON value to be written. Objects are maps: `__proto__` is a name like any other. */
export type JsonData = string | number | boolean | null | readonly JsonData[] | ReadonlyMap<string, JsonData>;

/** How a text is laid out, for parts that join it. */
export interface JsonLayout {
  readonly eol: "\n" | "\r\n";
  /** The indentation of one level; "" if the text's lines are not indented. */
  readonly unit: string;
  /** Between key and value: `": "`, without the quote. */
  readonly colon: string;
  /** After a comma on the same line. */
  readonly gap: string;
  /** False: the whole text is one line. */
  readonly multiline: boolean;
}

/** The style for new parts of the text, taken from its first member and its first indented line. */
export function layoutOf(text: string, root: JsonNode): JsonLayout {
  const first = root.kind === "object" ? root.members.values().next().value : undefined;
  const lead = first === undefined ? "" : text.slice(root.start + 1, first.key.start);
  const between = first === undefined ? ": " : text.slice(first.key.end, first.value.start);
  const colon = /[\r\n]/.test(between) ? ": " : between;
  return {
    eol: /\r?\n/.exec(text)?.[0] === "\r\n" ? "\r\n" : "\n",
    unit: /\n([ \t]+)[^\s]/.exec(text)?.[1] ?? indentOf(lead) ?? "  ",
    colon,
    gap: colon === ":" ? "" : " ",
    multiline: text.trim().includes("\n"),
  };
}

/** The indentation at the end of white space; undefined if it has no line break. */
export function indentOf(whitespace: string): string | undefined {
  return /\n([ \t]*)$/.exec(whitespace)?.[1];
}

/**
 * The value as text. Objects are spread over lines indented below `indent`, or are on one line if it is
 * undefined.
 */
export function jsonText(data: JsonData, layout: JsonLayout, indent: string | undefined): string {
  if (isList(data))
    return `[${data.map((item) => jsonText(item, layout, undefined)).join(`,${layout.gap}`)}]`;
  if (!isObject(data)) return encodeJson(data);
  if (data.size === 0) return "{}";
  const inner = indent === undefined ? undefined : indent + layout.unit;
  const members = [...data].map(([name, value]) => memberText(name, value, layout, inner));
  if (indent === undefined || inner === undefined) return `{${members.join(`,${layout.gap}`)}}`;
  return `{${layout.eol}${inner}${members.join(`,${layout.eol}${inner}`)}${layout.eol}${indent}}`;
}

/** `"name": value`. */
export function memberText(
  name: string,
  value: JsonData,
  layout: JsonLayout,
  indent: string | undefined,
): string {
  return `${encodeJson(name)}${layout.colon}${jsonText(value, layout, indent)}`;
}

/** Narrows to a list; `Array.isArray` does not, for readonly ones. */
export function isList(data: JsonData): data is readonly JsonData[] {
  return Array.isArray(data);
}

function isObject(data: JsonData): data is ReadonlyMap<string, JsonData> {
  return data instanceof Map;
}

/**
 * One JSON value on one line: a string, finite number, boolean, null, or a list of those (`["A", "B"]`).
 * Throws a TypeError for anything else: `undefined`, NaN and objects are mistakes of the caller, which
 * `JSON.stringify` would silently drop, write as `null`, or replace by the result of `toJSON`.
 */
export function encodeJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(encodeScalar).join(", ")}]`;
  return encodeScalar(value);
}

function encodeScalar(value: unknown): string {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`a value of type ${typeof value} cannot be written as JSON`);
}
