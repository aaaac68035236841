import { jsonText, layoutOf, memberText } from "../../json/json-text.js";
import type { JsonData, JsonLayout } from "../../json/json-text.js";
import type { JsonMember, JsonObject } from "../../json/json-tree.js";
import type { TextEdit } from "../../text/text-edit.js";
import { blanksAfter, breakAt, gapIn, hasBreak, indentAt, startsLine } from "./json-gaps.js";
import type { JsonGap } from "./json-gaps.js";

/**
 * Adds members to objects of one text, after the existing ones and in their style; comments stay where they
 * are.
 */
export class JsonInsertion {
  readonly #text: string;
  readonly #layout: JsonLayout;

  /** `root` is the lenient tree of `text`. */
  constructor(text: string, root: JsonObject) {
    this.#text = text;
    this.#layout = { ...layoutOf(text, root), unit: unitOf(text, root), ...spacing(text, root.list[0]) };
  }

  /** The edits that add the members, at least one. */
  into(object: JsonObject, members: ReadonlyMap<string, JsonData>): readonly TextEdit[] {
    const last = object.list.at(-1);
    if (last !== undefined) return this.#after(last, object, members);
    const gap = gapIn(this.#text, object.start + 1, object.end - 1);
    return gap.comments.length === 0
      ? this.#fill(object, members)
      : this.#afterComments(object, gap, members);
  }

  #after(last: JsonMember, object: JsonObject, members: ReadonlyMap<string, JsonData>): readonly TextEdit[] {
    const layout = { ...this.#layout, ...spacing(this.#text, last) };
    const gap = gapIn(this.#text, last.value.end, object.end - 1);
    const { at, mustBreak } = this.#restOfLine(gap.comma === undefined ? last.value.end : gap.comma + 1, gap);
    const ownLine = startsLine(this.#text, last.key.start);
    const indent = indentAt(this.#text, last.key.start) + (ownLine ? "" : layout.unit);
    const text =
      ownLine || mustBreak
        ? this.#onLines(this.#lineEnd(at), indent, members, layout)
        : this.#inLine(at, members, layout);
    if (gap.comma !== undefined) return [{ ...text, text: `${text.text},` }];
    return [{ start: last.value.end, end: last.value.end, text: "," }, text];
  }

  /** Where the comments that follow on the same line end; comments on separate lines are not the member's. */
  #restOfLine(from: number, { comments }: JsonGap): { readonly at: number; readonly mustBreak: boolean } {
    let at = from;
    for (const { start, end, toLineEnd } of comments) {
      if (start < at) continue;
      if (hasBreak(this.#text, at, start)) break;
      at = end;
      if (toLineEnd) return { at, mustBreak: true };
    }
    return { at, mustBreak: false };
  }

  /** Past the spaces at the end of a line. */
  #lineEnd(at: number): number {
    const end = blanksAfter(this.#text, at);
    return breakAt(this.#text, end) === "" ? at : end;
  }

  #onLines(at: number, indent: string, members: ReadonlyMap<string, JsonData>, layout: JsonLayout): TextEdit {
    const eol =
      breakAt(this.#text, at) === "\r\n" ? "\r\n" : breakAt(this.#text, at) === "\n" ? "\n" : layout.eol;
    const lines = [...members].map(
      ([name, value]) => eol + indent + memberText(name, value, { ...layout, eol }, indent),
    );
    return { start: at, end: at, text: lines.join(",") };
  }

  #inLine(at: number, members: ReadonlyMap<string, JsonData>, layout: JsonLayout): TextEdit {
    const parts = [...members].map(
      ([name, value]) => layout.gap + memberText(name, value, layout, undefined),
    );
    return { start: at, end: at, text: parts.join(",") };
  }

  #fill(object: JsonObject, members: ReadonlyMap<string, JsonData>): readonly TextEdit[] {
    const spread = this.#layout.multiline || this.#text.trim() === "{}";
    const indent = spread ? indentAt(this.#text, object.start) : undefined;
    return [{ start: object.start, end: object.end, text: jsonText(members, this.#layout, indent) }];
  }

  #afterComments(
    object: JsonObject,
    { comments }: JsonGap,
    members: ReadonlyMap<string, JsonData>,
  ): readonly TextEdit[] {
    const last = comments.at(-1) ?? object;
    if (!hasBreak(this.#text, object.start, object.end))
      return [this.#inLine(last.end, members, this.#layout)];
    const indent = startsLine(this.#text, last.start)
      ? indentAt(this.#text, last.start)
      : indentAt(this.#text, object.start) + this.#layout.unit;
    return [this.#onLines(this.#lineEnd(last.end), indent, members, this.#layout)];
  }
}

/**
 * The indentation of one level: that of the first member, or a tab, as in the documentation's samples, if
 * nothing shows it.
 */
function unitOf(text: string, root: JsonObject): string {
  const first = root.list[0];
  if (first !== undefined && startsLine(text, first.key.start)) return indentAt(text, first.key.start);
  return /\n([ \t]+)\S/.exec(text)?.[1] ?? "\t";
}

/** How a member's parts are separated. */
function spacing(text: string, member: JsonMember | undefined): Pick<JsonLayout, "colon" | "gap"> {
  const between = member === undefined ? ": " : text.slice(member.key.end, member.value.start);
  const colon = /^[ \t]*:[ \t]*$/.test(between) ? between : ": ";
  return { colon, gap: colon === ":" ? "" : " " };
}
