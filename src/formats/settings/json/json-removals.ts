import type { JsonArray, JsonMember, JsonNode, JsonObject } from "../../json/json-tree.js";
import type { Span, TextEdit } from "../../text/text-edit.js";
import { blanksAfter, blanksBefore, breakAt, gapIn, hasBreak, startsLine } from "./json-gaps.js";
import type { JsonGap } from "./json-gaps.js";
import type { Section } from "./json-sections.js";

/**
 * The edits that remove the settings with these folded keys from the text; `root` is its lenient tree,
 * `sections` its contents. An object or list that becomes empty is removed too, unless a comment stays in it
 * or it is the root. An item of a list becomes `{}`, which is not a setting, since the other items' positions
 * are their keys.
 */
export function removals(
  text: string,
  root: JsonObject,
  sections: Section,
  keys: ReadonlySet<string>,
): readonly TextEdit[] {
  const values = leavesAt(sections, keys);
  if (values.size === 0) return [];
  const removal = new Removal(text, values, besideSettings(sections, values));
  if (removal.goes(root)) removal.empty(root);
  return removal.edits();
}

/** The values at these folded keys. */
export function leavesAt(sections: Section, keys: Iterable<string>): ReadonlySet<JsonNode> {
  return new Set([...keys].flatMap((key) => sections.at(key.split(":"))?.leaf?.node ?? []));
}

/** Objects at the key of a setting that stays: if empty, they would conflict with it. */
function besideSettings(sections: Section, removed: ReadonlySet<JsonNode>): ReadonlySet<JsonNode> {
  const objects = new Set<JsonNode>();
  const left = [sections];
  for (let section = left.pop(); section !== undefined; section = left.pop()) {
    if (section.leaf !== undefined && !removed.has(section.leaf.node))
      for (const object of section.objects) objects.add(object);
    for (const child of section.children.values()) left.push(child);
  }
  return objects;
}

class Removal {
  readonly #text: string;
  readonly #values: ReadonlySet<JsonNode>;
  readonly #besideSettings: ReadonlySet<JsonNode>;
  readonly #cuts: Span[] = [];
  readonly #emptied: Span[] = [];

  constructor(text: string, values: ReadonlySet<JsonNode>, besideSettings: ReadonlySet<JsonNode>) {
    this.#text = text;
    this.#values = values;
    this.#besideSettings = besideSettings;
  }

  edits(): readonly TextEdit[] {
    return [
      ...united(this.#cuts).map((cut) => ({ ...cut, text: "" })),
      ...this.#emptied.map((span) => ({ ...span, text: "{}" })),
    ];
  }

  empty({ start, end }: Span): void {
    this.#emptied.push({ start, end });
  }

  /** Whether none of the value stays; if some does, records what to cut from it. */
  goes(node: JsonNode): boolean {
    if (node.kind === "scalar") return this.#values.has(node);
    return node.kind === "object" ? this.#objectGoes(node) : this.#arrayGoes(node);
  }

  #objectGoes(object: JsonObject): boolean {
    const gone = new Set(object.list.filter(({ value }) => this.goes(value)));
    if (gone.size === 0) return false;
    const cuts = cutsOf(this.#text, object, gone);
    if (
      gone.size === object.list.length &&
      (this.#besideSettings.has(object) || !this.#keepsComment(object, cuts))
    )
      return true;
    this.#cuts.push(...cuts);
    return false;
  }

  #keepsComment(object: JsonObject, cuts: readonly Span[]): boolean {
    const whole = united(cuts);
    let at = 0;
    for (let index = -1; index < object.list.length; index++) {
      for (const { start, end } of gapAfter(this.#text, object, index).comments) {
        while ((whole[at]?.end ?? Infinity) <= start) at++;
        const cut = whole[at];
        if (cut === undefined || cut.start > start || cut.end < end) return true;
      }
    }
    return false;
  }

  #arrayGoes(array: JsonArray): boolean {
    const gone = array.items.filter((item) => this.goes(item));
    if (gone.length === 0) return false;
    if (gone.length === array.items.length && !this.#hasComment(array)) return true;
    for (const item of gone) this.empty(item);
    return false;
  }

  #hasComment({ start, end, items }: JsonArray): boolean {
    return [undefined, ...items].some(
      (item, index) =>
        gapIn(this.#text, item?.end ?? start + 1, items[index]?.start ?? end - 1).comments.length > 0,
    );
  }
}

/** The same parts of a text, in order and without overlaps. */
function united(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || last.end < span.start) result.push(span);
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end) };
  }
  return result;
}

/**
 * The parts of the text to cut so that these members of the object go and all others keep their bytes and
 * comments. May overlap.
 */
function cutsOf(text: string, object: JsonObject, gone: ReadonlySet<JsonMember>): readonly Span[] {
  const lastKept = object.list.findLastIndex((member) => !gone.has(member));
  const cuts = object.list.flatMap((member, index) =>
    gone.has(member) ? memberCuts(text, object, index, index > lastKept) : [],
  );
  const kept = object.list[lastKept];
  const last = object.list.length - 1;
  if (kept === undefined || lastKept === last || gapAfter(text, object, last).comma !== undefined)
    return cuts;
  // no comma in front of the bracket, as before
  const { comma = kept.value.end - 1 } = gapAfter(text, object, lastKept);
  return [...cuts, { start: comma, end: comma + 1 }];
}

/** What is between a member and the next or the bracket; before the first member for -1. */
function gapAfter(text: string, object: JsonObject, index: number): JsonGap {
  return gapIn(
    text,
    object.list[index]?.value.end ?? object.start + 1,
    object.list[index + 1]?.key.start ?? object.end - 1,
  );
}

/**
 * A member that does not share its lines is removed with them, including comments at their end. One that
 * shares a line leaves its comments, and is removed with the spaces after it or, at the end of the object,
 * with all white space before it.
 */
function memberCuts(text: string, object: JsonObject, index: number, isTail: boolean): readonly Span[] {
  const member = object.list[index];
  if (member === undefined) return [];
  const {
    key: { start },
    value: { end },
  } = member;
  const gap = gapAfter(text, object, index);
  const withComma = gap.comma !== undefined && !hasBreak(text, end, gap.comma) ? gap.comma + 1 : end;
  const next = nextLine(text, withComma, gap);
  const comma = gap.comma === undefined ? [] : [{ start: gap.comma, end: blanksAfter(text, gap.comma + 1) }];
  if (startsLine(text, start) && next !== undefined)
    return [{ start: blanksBefore(text, start), end: next }, ...(withComma === end ? comma : [])];
  const bareComma = comma.map((one) => ({ start: one.start, end: one.start + 1 }));
  if (isTail) return [{ start: whiteSpaceBefore(text, object, index), end }, ...bareComma];
  if (breakAt(text, blanksAfter(text, withComma)) !== "")
    return [{ start: blanksBefore(text, start), end }, ...bareComma];
  return [{ start, end: blanksAfter(text, end) }, ...comma];
}

/** Where the next line starts, if only the member's own comments follow on this one. */
function nextLine(text: string, from: number, { comments }: JsonGap): number | undefined {
  let at = from;
  for (const { start, end } of comments) {
    if (start < at || hasBreak(text, at, start)) continue;
    if (hasBreak(text, start, end)) return undefined;
    at = end;
  }
  at = blanksAfter(text, at);
  const lineBreak = breakAt(text, at);
  return lineBreak === "" ? undefined : at + lineBreak.length;
}

/**
 * Where the white space before the member starts. The line break that ends a comment is part of the comment.
 */
function whiteSpaceBefore(text: string, object: JsonObject, index: number): number {
  const { comma, comments } = gapAfter(text, object, index - 1);
  const comment = comments.at(-1);
  const token = comma ?? (object.list[index - 1]?.value.end ?? object.start + 1) - 1;
  if (comment === undefined || comment.start < token) return token + 1;
  return comment.toLineEnd ? comment.end + breakAt(text, comment.end).length : comment.end;
}
