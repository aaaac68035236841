import type * as Yaml from "yaml";
import type { Node, Pair, Scalar } from "yaml";
import { duplicateKey } from "./syntax.js";
import type { Finding } from "../finding.js";
import { isSecretKey } from "../words/quote.js";
import type { Entry, TreeNode } from "./tree.js";

/** The type guards of the library, which is loaded only when a profile is YAML. */
type YamlGuards = Pick<typeof Yaml, "isMap" | "isSeq" | "isScalar" | "isAlias">;

/** Turns the YAML library's nodes into a tree, and notes what a profile may not use. */
export class YamlTree {
  readonly #findings: Finding[];
  readonly #is: YamlGuards;

  constructor(findings: Finding[], guards: YamlGuards) {
    this.#findings = findings;
    this.#is = guards;
  }

  /**
   * `hidden`: below a key that holds a PIN, where nothing is quoted. `missingAt`: the place of a value that
   * is left out, which is its key's.
   */
  convert(node: unknown, hidden: boolean, missingAt = 0): TreeNode {
    const { isMap, isSeq, isScalar, isAlias } = this.#is;
    if (isAlias(node)) return this.#alias(offsetOf(node, missingAt));
    if (isMap(node) || isSeq(node) || isScalar(node)) this.#refuseTag(node, missingAt);
    if (isMap(node))
      return { kind: "map", offset: offsetOf(node, missingAt), entries: this.#entries(node.items, hidden) };
    if (isSeq(node))
      return {
        kind: "list",
        offset: offsetOf(node, missingAt),
        items: node.items.map((item) => this.convert(item, hidden, missingAt)),
      };
    return isScalar(node) ? scalar(node, missingAt) : empty(missingAt);
  }

  #entries(pairs: readonly Pair[], hidden: boolean): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { key: node, value } of pairs) {
      const { isScalar, isAlias } = this.#is;
      if (isAlias(node)) this.#alias(offsetOf(node, 0));
      if (!isScalar(node)) continue;
      this.#refuseTag(node, 0);
      const key = typeof node.value === "string" ? node.value : String(node.source ?? node.value);
      const offset = offsetOf(node, 0);
      const entry = { key, offset, value: this.convert(value, hidden || isSecretKey(key), offset) };
      if (key === "<<" && node.type === "PLAIN") this.#findings.push(mergeKey(entry));
      const first = entries.get(key);
      if (first) this.#findings.push(duplicateKey(entry, first, hidden));
      else entries.set(key, entry);
    }
    return entries;
  }

  #alias(offset: number): TreeNode {
    const node = empty(offset);
    this.#findings.push({
      code: "profile-alias",
      title: "YAML aliases are not supported",
      anchor: node,
      hint: "write the value out; put text that starts with * in quotes",
    });
    return node;
  }

  #refuseTag(node: Node, missingAt: number): void {
    if (node.tag === undefined) return;
    this.#findings.push({
      code: "profile-tag",
      title: "YAML tags are not supported",
      anchor: { offset: offsetOf(node, missingAt) },
      hint: "remove the word that starts with !; put text that starts with ! in quotes",
    });
  }
}

function scalar(node: Scalar, missingAt: number): TreeNode {
  const { value, source } = node;
  if (value === null && !source) return empty(missingAt);
  const offset = offsetOf(node, missingAt);
  if (typeof value === "string") return { kind: "scalar", offset, value, text: value };
  const plain = typeof value === "number" || typeof value === "boolean" ? value : null;
  return { kind: "scalar", offset, value: plain, text: source ?? String(value) };
}

function empty(offset: number): TreeNode {
  return { kind: "scalar", offset, value: null, text: "" };
}

function mergeKey(anchor: Entry): Finding {
  return {
    code: "profile-merge-key",
    title: "YAML merge keys are not supported",
    anchor,
    hint: "write the merged keys out; a name << needs quotes",
  };
}

function offsetOf(node: Node, otherwise: number): number {
  return node.range?.[0] ?? otherwise;
}
