import type { EntryEditor, EntryFault } from "./entry-editor.js";

/** How the language of a text writes a comment of one line. */
export interface CommentForm {
  readonly open: string;
  readonly close: string;
}

export const hashComments: CommentForm = { open: "# ", close: "" };
export const xmlComments: CommentForm = { open: "<!-- ", close: " -->" };

export interface BlockPlace {
  readonly comments: CommentForm;
  /**
   * The offset of the start of the line before which a new block is put; undefined if the text has no such
   * place. Left out: at the end of the text.
   */
  readonly before?: (text: string) => number | undefined;
  /** What is wrong with a text that has no such place. */
  readonly placeless?: string;
  /** A blank line follows a new block at the end too: for texts whose parts are told apart by these. */
  readonly isParagraph?: true;
}

interface Block {
  readonly name: string;
  readonly start: number;
  /** Behind the line break of its last line. */
  readonly end: number;
  readonly bodyStart: number;
  readonly bodyEnd: number;
}

const word = "knetctl:";

/** Entries between two comments on lines of their own, `# knetctl: begin NAME` and `# knetctl: end NAME`. */
export function markedBlocks(place: BlockPlace): EntryEditor {
  const blocksOf = (text: string): readonly Block[] => {
    const read = readBlocks(text, place.comments);
    return "blocks" in read ? read.blocks : [];
  };
  const find = (text: string, name: string): Block | undefined =>
    blocksOf(text).find((block) => block.name === name);
  return {
    fault: (text) => {
      const read = readBlocks(text, place.comments);
      if ("reason" in read) return read;
      return place.before !== undefined && text !== "" && place.before(text) === undefined
        ? { offset: text.length, reason: place.placeless ?? "there is no place for the entry" }
        : undefined;
    },
    names: (text) => blocksOf(text).map(({ name }) => name),
    read: (text, name) => {
      const block = find(text, name);
      return block && text.slice(block.bodyStart, block.bodyEnd).replaceAll("\r\n", "\n");
    },
    put: (text, name, body) => {
      const block = find(text, name);
      if (block !== undefined)
        return `${text.slice(0, block.bodyStart)}${inLinesOf(text, body)}${text.slice(block.bodyEnd)}`;
      const lines = inLinesOf(text, blockText(name, body, place.comments));
      const at = place.before?.(text);
      if (at !== undefined) return `${text.slice(0, at)}${lines}${text.slice(at)}`;
      return `${appended(text, lines)}${place.isParagraph ? lineBreakOf(text) : ""}`;
    },
    remove: (text, name) => {
      const block = find(text, name);
      if (block === undefined) return text;
      if (place.before !== undefined) return without(text, block);
      return place.isParagraph ? withoutParagraph(text, block) : withoutAppended(text, block);
    },
  };
}

const blockText = (name: string, body: string, { open, close }: CommentForm): string =>
  `${open}${word} begin ${name}${close}\n${body}${open}${word} end ${name}${close}\n`;

/** With the line breaks of the text, as its first one is. */
function inLinesOf(text: string, lines: string): string {
  return lineBreakOf(text) === "\n" ? lines : lines.replaceAll("\n", "\r\n");
}

function lineBreakOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

/** A blank line goes between; a text without a final line break stays without one. */
function appended(text: string, lines: string): string {
  if (text === "" || text === "\uFEFF") return `${text}${lines}`;
  const lineBreak = lineBreakOf(text);
  return text.endsWith("\n")
    ? `${text}${lineBreak}${lines}`
    : `${text}${lineBreak}${lineBreak}${lines.slice(0, -lineBreak.length)}`;
}

/** Takes away what `appended` put before it, too. */
function withoutAppended(text: string, { start, end }: Block): string {
  const before = text.slice(0, start);
  const blank = /(\r?\n)(\r?\n)$/.exec(before);
  const after = text.slice(end);
  if (blank === null) return `${before}${after}`;
  const isOpenEnd = after === "" && !text.endsWith("\n");
  return `${before.slice(0, -(isOpenEnd ? blank[0] : (blank[2] ?? "")).length)}${after}`;
}

/** The blank line before it stays where what follows would be a part of what is before. */
function withoutParagraph(text: string, { start, end }: Block): string {
  const before = text.slice(0, start);
  const after = text.slice(end).replace(/^\r?\n/, "");
  const shorter = before.replace(/(?<=\n)\r?\n$/, "");
  const isApart = after === "" || /^$|(?:^|\n)\r?\n$/.test(shorter);
  return `${isApart ? shorter : before}${after}`;
}

function without(text: string, { start, end }: Block): string {
  return `${text.slice(0, start)}${text.slice(end)}`;
}

function readBlocks(
  text: string,
  { open, close }: CommentForm,
): { readonly blocks: readonly Block[] } | EntryFault {
  const blocks: Block[] = [];
  let begun: Pick<Block, "name" | "start" | "bodyStart"> | undefined;
  const marks = new RegExp(
    `^(\\uFEFF?)[ \\t]*${literal(open)}${literal(word)} (begin|end) ([A-Za-z0-9._-]{1,64})${literal(close)}` +
      "[ \\t]*(?:\\r?\\n|$(?![^]))",
    "gm",
  );
  for (const mark of text.matchAll(marks)) {
    const [line, byteOrderMark = "", what, name = ""] = mark;
    const start = mark.index + byteOrderMark.length;
    const end = mark.index + line.length;
    if (what === "begin") {
      if (begun !== undefined) return { offset: start, reason: "an entry begins inside another one" };
      if (blocks.some((block) => block.name === name))
        return { offset: start, reason: "a second entry has the same name" };
      begun = { name, start, bodyStart: end };
    } else {
      if (begun?.name !== name) return { offset: start, reason: "an entry ends that has not begun" };
      blocks.push({ ...begun, bodyEnd: start, end });
      begun = undefined;
    }
  }
  return begun === undefined
    ? { blocks }
    : { offset: begun.start, reason: "an entry begins that has no end" };
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
