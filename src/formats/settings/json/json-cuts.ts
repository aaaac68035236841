import type { JsonMember, JsonObject } from "../../json/json-tree.js";
import type { Span } from "../../text/text-edit.js";
import { blanksAfter, blanksBefore, breakAt, gapIn, hasBreak, startsLine } from "./json-gaps.js";
import type { JsonGap } from "./json-gaps.js";

/**
 * The parts of the text to cut so that these members of the object go and all others keep their bytes and
 * comments. May overlap.
 */
export function cutsOf(text: string, object: JsonObject, gone: ReadonlySet<JsonMember>): readonly Span[] {
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
export function gapAfter(text: string, object: JsonObject, index: number): JsonGap {
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
