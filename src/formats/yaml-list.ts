import type { Node, YAMLSeq } from "yaml";
import type { TextEdit } from "./text/text-edit.js";

/** An existing item of the list, by its index, or the text of a new one. */
export type ListItem = number | string;

/**
 * A YAML or JSON list in another order, with items left out or new ones. Items keep their text, the comment
 * after them, the comment lines above them, and those below that are indented deeper than their dash. What
 * comes before the first and after the last stays there; but if a later item has comment lines above it,
 * those above the first are also taken to be the first one's. `list` is the node of `text`. Undefined for an
 * unknown layout. A comment may end up where it swallows what follows: the caller must read the text again
 * before using it. Linear.
 */
export function rearrangedList(
  text: string,
  list: YAMLSeq,
  order: readonly ListItem[],
): TextEdit | undefined {
  const nodes = list.items.flatMap((item) => (isNode(item) ? [item] : []));
  if (nodes.length === 0 || nodes.length !== list.items.length || order.length === 0) return undefined;
  return list.flow === true ? flowList(text, list, nodes, order) : blockList(text, list, nodes, order);
}

/** Where the node's text ends; a block's range includes the comments after it. */
function contentEnd(node: Node): number {
  if (!("items" in node) || node.flow === true) return endOf(node);
  const last: unknown = node.items.at(-1);
  const value = isPair(last) ? (last.value ?? last.key) : last;
  return isNode(value) ? contentEnd(value) : endOf(node);
}

/** White space between two parts, without the comments in it. */
export function withoutComments(gap: string): string {
  return gap.replace(/[ \t]*#[^\r\n]*/g, "").replace(/(\r?\n)(?:[ \t]*\r?\n)+/g, "$1");
}

function blockList(
  text: string,
  list: YAMLSeq,
  nodes: readonly Node[],
  order: readonly ListItem[],
): TextEdit | undefined {
  const column = columnOf(text, startOf(list));
  const dashes = nodes.map((node) => dashBefore(text, startOf(node), column));
  const ends = nodes.map((node) => endOfComments(text, lineEnd(text, contentEnd(node)), column));
  const [firstDash] = dashes;
  const first = nodes[0];
  const end = ends.at(-1);
  if (firstDash === undefined || first === undefined || end === undefined || dashes.includes(undefined))
    return undefined;
  const starts = nodes.map((_, index) =>
    index === 0 ? firstDash - column : nextLine(text, ends[index - 1] ?? 0),
  );
  const haveComments = starts.some((at, index) => index > 0 && text.slice(at, dashes[index]).includes("#"));
  if (haveComments) starts[0] = startOfComments(text, firstDash - column);
  const start = starts[0] ?? 0;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const mark =
    text.slice(firstDash - column, firstDash + 1) +
    withoutComments(text.slice(firstDash + 1, startOf(first)));
  const lines = starts.map((at, index) => text.slice(at, ends[index]));
  return {
    start,
    end,
    text: order.map((item) => (typeof item === "number" ? (lines[item] ?? "") : mark + item)).join(eol),
  };
}

/** The end of the last of the comment lines that follow and are indented deeper than the list's dashes. */
function endOfComments(text: string, end: number, column: number): number {
  for (let at = end; ;) {
    const line = text.slice(nextLine(text, at), lineEnd(text, nextLine(text, at)));
    if (!/^[ \t]*#/.test(line) || line.indexOf("#") <= column) return at;
    at = lineEnd(text, nextLine(text, at));
  }
}

/** The start of the first of the comment lines directly above. */
function startOfComments(text: string, start: number): number {
  for (let at = start; ; at = lineStart(text, at - 1)) {
    if (at === 0 || !/^[ \t]*#/.test(text.slice(lineStart(text, at - 1), at))) return at;
  }
}

/**
 * The offset of the item's dash: on its line, or the nearest line above that has one in the list's column.
 */
function dashBefore(text: string, itemStart: number, column: number): number | undefined {
  for (let line = lineStart(text, itemStart); ; line = lineStart(text, line - 1)) {
    if (text[line + column] === "-" && text.slice(line, line + column).trim() === "") return line + column;
    if (line === 0) return undefined;
  }
}

interface FlowItem {
  readonly text: string;
  /** White space and comment lines before it. */
  readonly lead: string;
  /** After it, on the same line. */
  readonly comment: string;
}

function flowList(
  text: string,
  list: YAMLSeq,
  nodes: readonly Node[],
  order: readonly ListItem[],
): TextEdit | undefined {
  const start = startOf(list);
  const end = list.range?.[1] ?? start;
  const gaps = nodes.map((node, index) =>
    splitGap(text.slice(endOf(node), index + 1 < nodes.length ? startOf(nodes[index + 1]) : end - 1)),
  );
  const open = splitGap(text.slice(start + 1, startOf(nodes[0])));
  const items = nodes.map((node, index): FlowItem => ({
    text: text.slice(startOf(node), endOf(node)),
    lead: (index === 0 ? open : gaps[index - 1])?.rest ?? "",
    comment: gaps[index]?.comment ?? "",
  }));
  const closing = gaps.at(-1);
  if (closing === undefined) return undefined;
  const leadAt = leads(items);
  const parts = order.map((item, index) => {
    const {
      text: own,
      lead,
      comment,
    } = typeof item === "number" ? (items[item] ?? newItem("")) : newItem(item);
    const comma = index + 1 < order.length || closing.comma ? "," : "";
    return `${lead.includes("#") ? lead : leadAt(index)}${own}${comma}${comment}`;
  });
  return { start, end, text: `[${open.comment}${parts.join("")}${closing.rest}]` };
}

function newItem(text: string): FlowItem {
  return { text, lead: "", comment: "" };
}

/** The white space that belongs to a place in the list, whichever item ends up there. */
function leads(items: readonly FlowItem[]): (index: number) => string {
  const first = withoutComments(items[0]?.lead ?? "");
  const second = items[1]?.lead;
  const isTight = /,\S/.test(items[0]?.text ?? "");
  const others =
    second !== undefined ? withoutComments(second) : first.includes("\n") ? first : isTight ? "" : " ";
  return (index) => (index === 0 ? first : others);
}

interface Gap {
  readonly comma: boolean;
  readonly comment: string;
  readonly rest: string;
}

/** What is between two items: a comment on the first one's line, and the rest, without the comma. */
function splitGap(gap: string): Gap {
  const comma = /^(?:[^#,]|#[^\n]*)*?,/.exec(gap)?.[0].length;
  const blank = comma === undefined ? gap : gap.slice(0, comma - 1) + gap.slice(comma);
  const comment = /^[ \t]*#[^\r\n]*/.exec(blank)?.[0] ?? "";
  return { comma: comma !== undefined, comment, rest: blank.slice(comment.length) };
}

function startOf(node: Node | undefined): number {
  return node?.range?.[0] ?? 0;
}

function endOf(node: Node): number {
  return node.range?.[1] ?? 0;
}

function lineStart(text: string, offset: number): number {
  return offset <= 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** Before the line break, or the end of the text. */
function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  if (at === -1) return text.length;
  return text[at - 1] === "\r" ? at - 1 : at;
}

function nextLine(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at === -1 ? text.length : at + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "range" in value;
}

function isPair(value: unknown): value is { readonly key: unknown; readonly value: unknown } {
  return typeof value === "object" && value !== null && "key" in value && "value" in value;
}
