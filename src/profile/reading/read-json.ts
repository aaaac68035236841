import type { Node } from "jsonc-parser";
import type { Finding } from "../finding.js";
import { duplicateKey, type Reading, syntaxFindings, tooDeep } from "./syntax.js";
import { isSecretKey } from "../words/quote.js";
import { depthLimit, type Entry, type TreeNode } from "./tree.js";

/** What jsonc-parser's numbered errors mean; its own words could quote the text. */
const errorTitles: Readonly<Record<number, string>> = {
  1: "unknown word: text needs double quotes",
  2: "number is not valid JSON",
  3: "a key in double quotes is missing here",
  4: "a value is missing here",
  5: "a colon is missing here",
  6: "a comma is missing here",
  7: "a closing } is missing here",
  8: "a closing ] is missing here",
  9: "text goes on after the end of the JSON document",
  10: "JSON has no comments",
  11: "comment is not closed, and JSON has no comments",
  12: "closing quote is missing",
  13: "number is not complete",
  14: "\\u needs four hexadecimal digits",
  15: "unknown escape after a backslash",
  16: "control character in a text: write it as an escape",
};

/**
 * Faults in numbers, in comments and inside a string: the parser goes on after them as if they were correct.
 */
const harmless: ReadonlySet<number> = new Set([2, 10, 14, 15, 16]);

const syntaxHint = "check this place and the one before it: quotes, commas, brackets";

/**
 * Strict JSON with positions: no comments, no trailing commas, no duplicate keys. Never throws for a text.
 */
export async function readJson(text: string): Promise<Reading> {
  const deep = nestedBeyondLimit(text);
  if (deep !== undefined) return { findings: [tooDeep(deep)] };
  const { parseTree } = await import("jsonc-parser");
  const errors: { error: number; offset: number; length: number }[] = [];
  const node = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const findings = syntaxFindings(
    text,
    errors.map(({ error, offset }) => ({
      offset,
      title: errorTitles[error] ?? "not valid JSON",
      hint: syntaxHint,
      harmless: harmless.has(error),
    })),
  );
  if (findings.length > 0 || node === undefined) return { findings };
  return { root: new JsonTree(text, findings).convert(node, false), findings };
}

/**
 * The offset of the first bracket deeper than the limit: the parser recurses, and too deep a recursion ends
 * the process.
 */
function nestedBeyondLimit(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString && character === "\\") at++;
    else if (character === '"') inString = !inString;
    else if (inString) inString = character !== "\n";
    else if ((character === "[" || character === "{") && ++depth > depthLimit) return at;
    else if (character === "]" || character === "}") depth--;
  }
  return undefined;
}

class JsonTree {
  constructor(
    readonly text: string,
    readonly findings: Finding[],
  ) {}

  /** `hidden`: below a key that holds a PIN, where nothing is quoted. */
  convert(node: Node, hidden: boolean): TreeNode {
    const children = node.children ?? [];
    if (node.type === "object")
      return { kind: "map", offset: node.offset, entries: this.entries(children, hidden) };
    if (node.type === "array")
      return { kind: "list", offset: node.offset, items: children.map((item) => this.convert(item, hidden)) };
    return this.scalar(node);
  }

  entries(properties: readonly Node[], hidden: boolean): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { children } of properties) {
      const [name, value] = children ?? [];
      if (name === undefined || value === undefined) continue;
      const key = String(name.value);
      const entry = { key, offset: name.offset, value: this.convert(value, hidden || isSecretKey(key)) };
      const first = entries.get(key);
      if (first) this.findings.push(duplicateKey(entry, first, hidden));
      else entries.set(key, entry);
    }
    return entries;
  }

  scalar({ offset, length, value }: Omit<Node, "value"> & { readonly value?: unknown }): TreeNode {
    if (typeof value === "string") return { kind: "scalar", offset, value, text: value };
    const plain = typeof value === "number" || typeof value === "boolean" ? value : null;
    return { kind: "scalar", offset, value: plain, text: this.text.slice(offset, offset + length) };
  }
}
