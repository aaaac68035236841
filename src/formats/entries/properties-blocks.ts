import { Comment, Pair, parseLines, stringify } from "dot-properties";
import type { EntryEditor, EntryFault } from "./entry-editor.js";
import { hashComments, markedBlocks } from "./marked-blocks.js";

const mark = /^# knetctl: (?:begin|end) /;

/**
 * Entries at the end of a Java properties text (java.util.Properties), which is read by a parser before and
 * after. A key like `own` that stands twice is a fault: readers differ on which of them counts. So is a mark
 * that is not a comment, because a value goes on in its line.
 */
export function propertiesBlocks(own: RegExp): EntryEditor {
  const blocks = markedBlocks({ comments: hashComments });
  return { ...blocks, fault: (text) => blocks.fault(text) ?? propertiesFault(text, own) };
}

function propertiesFault(text: string, own: RegExp): EntryFault | undefined {
  const keys = new Set<string>();
  let marks = 0;
  for (const node of parseLines(text.replace(/^\uFEFF/, " "), true)) {
    if (node instanceof Comment && mark.test(node.comment)) marks += 1;
    if (!(node instanceof Pair) || !own.test(node.key)) continue;
    if (keys.has(node.key)) return { offset: node.range[0], reason: "a key occurs twice in it" };
    keys.add(node.key);
  }
  const lines = text.split(/\r\n|[\r\n]/).filter((line) => mark.test(line.trimStart()));
  return marks === lines.length
    ? undefined
    : {
        offset: Math.max(text.search(/\\\r?\n[ \t]*# knetctl:/), 0),
        reason: "a value goes on in an entry's first or last line",
      };
}

/** Lines `key=value`, in ASCII, so that readers with any encoding find the same. */
export function propertiesLines(pairs: readonly (readonly [key: string, value: string])[]): string {
  // one by one: the keys of an object may change their order
  return pairs
    .map(([key, value]) => stringify({ [key]: value }, { keySep: "=", latin1: true, lineWidth: null }))
    .map((line) => `${line.replace(/[\u0080-\u00ff]/g, escaped)}\n`)
    .join("");
}

/** The library escapes what is not Latin-1. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
