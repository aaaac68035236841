import { parseTree, printParseErrorCode } from "jsonc-parser";
import type { Node, ParseError } from "jsonc-parser";
import type { Span } from "../text/text-edit.js";

export interface JsonMember {
  readonly name: string;
  readonly key: Span;
  readonly value: JsonNode;
}

export interface JsonObject extends Span {
  readonly kind: "object";
  /**
   * In the order of the text. A map: `__proto__` is a name like any other. Of several members with one name,
   * the last.
   */
  readonly members: ReadonlyMap<string, JsonMember>;
  /** Every member, including those with the same name. */
  readonly list: readonly JsonMember[];
}

export interface JsonArray extends Span {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}

export interface JsonScalar extends Span {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
}

export type JsonNode = JsonObject | JsonArray | JsonScalar;

export interface JsonFault {
  readonly kind: "syntax" | "comment" | "duplicate-key" | "nesting";
  readonly offset: number;
  /** What is wrong there; quotes nothing of the text. */
  readonly reason: string;
  /** The key that occurs twice. */
  readonly key?: string;
}

/** Either the tree, or the faults by position: the first syntax error, or else every duplicate key. */
export type ParsedJson =
  | { readonly root: JsonNode }
  | { readonly faults: readonly [JsonFault, ...JsonFault[]] };

/**
 * `strict` is RFC 8259 without duplicate keys, which different readers resolve differently. `lenient` allows
 * comments, a comma after the last member or item, and several members with one name.
 */
export type JsonDialect = "strict" | "lenient";

/** Parses JSON and records where everything is; a byte order mark at the start is skipped. */
export function parseJson(text: string, dialect: JsonDialect = "strict"): ParsedJson {
  try {
    return parsed(text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text, dialect === "lenient");
  } catch (error) {
    // the parser recurses
    if (error instanceof RangeError)
      return { faults: [{ kind: "nesting", offset: 0, reason: "nested too deeply" }] };
    throw error;
  }
}

function parsed(text: string, lenient: boolean): ParsedJson {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: !lenient, allowTrailingComma: lenient });
  const [first] = errors.toSorted((a, b) => a.offset - b.offset);
  if (first !== undefined) return { faults: [syntaxFault(first, lenient)] };
  if (root === undefined) return { faults: [{ kind: "syntax", offset: 0, reason: "there is no value" }] };
  const duplicates: JsonFault[] = [];
  const tree = jsonNode(root, duplicates);
  const [duplicate, ...more] = duplicates;
  return duplicate === undefined || lenient ? { root: tree } : { faults: [duplicate, ...more] };
}

function jsonNode(node: Node, duplicates: JsonFault[]): JsonNode {
  const span = { start: node.offset, end: node.offset + node.length };
  const children = node.children ?? [];
  switch (node.type) {
    case "object":
      return { kind: "object", ...span, ...membersOf(children, duplicates) };
    case "array":
      return { kind: "array", ...span, items: children.map((child) => jsonNode(child, duplicates)) };
    case "string":
    case "number":
    case "boolean":
    case "null":
      return { kind: "scalar", ...span, value: scalarValue(node.value) };
    case "property":
      throw new TypeError("a property is outside an object");
  }
}

function membersOf(
  properties: readonly Node[],
  duplicates: JsonFault[],
): Pick<JsonObject, "members" | "list"> {
  const members = new Map<string, JsonMember>();
  const list: JsonMember[] = [];
  for (const { children } of properties) {
    const [key, value] = children ?? [];
    if (key === undefined || value === undefined) throw new TypeError("a property lacks its key or value");
    const name = String(key.value);
    if (members.has(name))
      duplicates.push({ kind: "duplicate-key", offset: key.offset, reason: "a key occurs twice", key: name });
    const member = {
      name,
      key: { start: key.offset, end: key.offset + key.length },
      value: jsonNode(value, duplicates),
    };
    members.set(name, member);
    list.push(member);
  }
  return { members, list };
}

function scalarValue(value: unknown): JsonScalar["value"] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null)
    return value;
  throw new TypeError(`not a JSON scalar: ${typeof value}`);
}

const syntaxReasons = new Map([
  ["InvalidSymbol", "this is not a JSON value"],
  ["InvalidNumberFormat", "this is not a JSON number"],
  ["PropertyNameExpected", "a key in double quotes is expected"],
  ["ValueExpected", "a value is expected"],
  ["ColonExpected", "a colon is expected"],
  ["CommaExpected", "a comma is expected"],
  ["CloseBraceExpected", "a closing brace is expected"],
  ["CloseBracketExpected", "a closing bracket is expected"],
  ["EndOfFileExpected", "the text should end here"],
  ["UnexpectedEndOfString", "this string does not end"],
  ["UnexpectedEndOfNumber", "this number does not end"],
  ["InvalidUnicode", "this \\u escape is not four hexadecimal digits"],
  ["InvalidEscapeCharacter", "this escape is not known in JSON"],
  ["UnexpectedEndOfComment", "this comment does not end"],
  ["InvalidCharacter", "control characters must be escaped in a string"],
]);

function syntaxFault({ error, offset }: ParseError, lenient: boolean): JsonFault {
  const name = printParseErrorCode(error);
  if (!lenient && (name === "InvalidCommentToken" || name === "UnexpectedEndOfComment"))
    return { kind: "comment", offset, reason: "JSON has no comments" };
  return { kind: "syntax", offset, reason: syntaxReasons.get(name) ?? "this is not JSON" };
}
