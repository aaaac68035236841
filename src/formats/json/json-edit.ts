import type { JsonArray, JsonNode, JsonObject } from "./json-tree.js";
import { indentOf, isList, jsonText, layoutOf, memberText } from "./json-text.js";
import type { JsonData, JsonLayout } from "./json-text.js";
import { withEdits } from "../text/text-edit.js";
import type { TextEdit } from "../text/text-edit.js";

export interface MemberChanges {
  readonly remove: ReadonlySet<string>;
  /** Members that the object does not have yet; they come after those that it keeps. */
  readonly add: ReadonlyMap<string, JsonData>;
}

/**
 * Edits one JSON text so that everything else in it stays as it is, byte for byte, and new parts look like
 * their surroundings.
 */
export class JsonEditor {
  readonly #text: string;
  readonly #layout: JsonLayout;
  readonly #edits: TextEdit[] = [];

  /** `root` is the tree of `text`. */
  constructor(text: string, root: JsonNode) {
    this.#text = text;
    this.#layout = layoutOf(text, root);
  }

  /** Removes and adds members of an object. */
  changeMembers(object: JsonObject, { remove, add }: MemberChanges): void {
    const kept = [...object.members.keys()].filter((name) => !remove.has(name));
    if (kept.length === object.members.size && add.size === 0) return;
    if (kept.length === 0) this.#refill(object, add);
    else this.#thinOut(object, remove, add);
  }

  /** Replaces a value. A list that stays a list keeps its layout. */
  replace(node: JsonNode, data: JsonData): void {
    const spread = node.kind === "array" && isList(data) ? this.#spreadLike(node, data) : undefined;
    const indent = this.#layout.multiline ? this.#lineIndent(node.start) : undefined;
    this.#edits.push({
      start: node.start,
      end: node.end,
      text: spread ?? jsonText(data, this.#layout, indent),
    });
  }

  /** The text with all edits made; the original text if there are none. */
  result(): string {
    return withEdits(this.#text, this.#edits);
  }

  #thinOut(object: JsonObject, remove: ReadonlySet<string>, add: MemberChanges["add"]): void {
    const members = [...object.members.values()];
    const firstKept = members.findIndex(({ name }) => !remove.has(name));
    const lastKept = members.findLastIndex(({ name }) => !remove.has(name));
    for (const [index, { name, key, value }] of members.entries()) {
      if (!remove.has(name)) continue;
      // up to the first that stays, a member is removed with the comma after it; later ones with the comma
      // before them
      if (index < firstKept)
        this.#edits.push({ start: key.start, end: members[index + 1]?.key.start ?? value.end, text: "" });
      else this.#edits.push({ start: members[index - 1]?.value.end ?? key.start, end: value.end, text: "" });
    }
    const anchor = members[lastKept];
    if (anchor === undefined || add.size === 0) return;
    const gapStart =
      lastKept === 0 ? object.start + 1 : (members[lastKept - 1]?.value.end ?? object.start + 1);
    const gap = this.#text.slice(gapStart, anchor.key.start).replace(/^\s*,/, "");
    const lead = lastKept === 0 && indentOf(gap) === undefined ? this.#layout.gap : gap;
    const text = this.#members(add, indentOf(gap))
      .map((member) => `,${lead}${member}`)
      .join("");
    this.#edits.push({ start: anchor.value.end, end: anchor.value.end, text });
  }

  /** None of the object's content stays. */
  #refill(object: JsonObject, add: MemberChanges["add"]): void {
    const [first] = object.members.values();
    const last = [...object.members.values()].at(-1);
    if (add.size === 0 || first === undefined || last === undefined) {
      this.replace(object, add);
      return;
    }
    const gap = this.#text.slice(object.start + 1, first.key.start);
    const lead = indentOf(gap) === undefined ? this.#layout.gap : gap;
    this.#edits.push({
      start: first.key.start,
      end: last.value.end,
      text: this.#members(add, indentOf(gap)).join(`,${lead}`),
    });
  }

  #members(add: MemberChanges["add"], indent: string | undefined): string[] {
    return [...add].map(([name, value]) => memberText(name, value, this.#layout, indent));
  }

  #spreadLike({ start, end, items }: JsonArray, data: readonly JsonData[]): string | undefined {
    const [first, second] = items;
    const last = items.at(-1);
    if (first === undefined || last === undefined || data.length === 0) return undefined;
    const open = this.#text.slice(start, first.start);
    const comma =
      second !== undefined
        ? this.#text.slice(first.end, second.start)
        : `,${indentOf(open) === undefined ? this.#layout.gap : open.slice(1)}`;
    return (
      open +
      data.map((item) => jsonText(item, this.#layout, undefined)).join(comma) +
      this.#text.slice(last.end, end)
    );
  }

  #lineIndent(offset: number): string {
    const line = this.#text.slice(this.#text.lastIndexOf("\n", offset - 1) + 1, offset);
    return /^[ \t]*/.exec(line)?.[0] ?? "";
  }
}
