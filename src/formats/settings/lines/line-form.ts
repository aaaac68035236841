import type { Span } from "../../json/json-tree.js";
import type { LineEditor } from "./line-editor.js";
import type { DroppedLine, Setting, SettingsFault } from "../settings-text.js";

/** What a line says that gives a key its value. */
export interface Assignment {
  readonly line: Line;
  /** As the application puts it together: parts joined by `:`. */
  readonly key: string;
  /** Undefined: the line names a variable whose value comes from elsewhere. */
  readonly value: string | undefined;
  /** The name's text, as this line spells it. */
  readonly name: Span;
  /** The value's text with its quotes, without blanks around it. */
  readonly written: Span;
}

/** A text of one of the forms that are read line by line. */
export interface ReadLines {
  readonly text: string;
  /** Where the first line begins. */
  readonly start: number;
  readonly lines: readonly Line[];
  /** In their order; of those with the same key, the last is the one that counts. */
  readonly assignments: readonly Assignment[];
  readonly settings: readonly Setting[];
  readonly faults: readonly SettingsFault[];
  readonly dropped?: readonly DroppedLine[];
}

/** A key and its value. */
export type Pair = readonly [key: string, value: string];

/** What is particular to a form: how it is read, and how it is written. */
export interface LineForm<Read extends ReadLines> {
  read(text: string): Read;
  /** Why the form cannot hold the value under the key, in words that quote neither; undefined when it can. */
  cannotHold(key: string, value: string): string | undefined;
  /** Where the last part of a name begins, as spelled in a line. */
  lastPart(name: string): number;
  /**
   * The value as it is written behind the name. It stands in the manner of the text that it replaces, "" for
   * none.
   */
  written(value: string, name: string, replaced: string): string;
  /**
   * The line right after which keys of the section go when it has none yet; undefined when there is no such
   * line.
   */
  headerOf(read: Read, section: string): Line | undefined;
  /** Writes the first keys of a section that has no line in the text. */
  addSection(editor: LineEditor, read: Read, pairs: readonly Pair[]): void;
  /** All lines that go when these do. */
  removedWith(read: Read, gone: ReadonlySet<Line>): ReadonlySet<Line>;
}

/** A line of a text: from its start to before its line break. One of systemd's may run over several. */
export interface Line extends Span {
  /** After its line break. */
  readonly next: number;
  /** False for a last line that has no line break. */
  readonly ended: boolean;
}

/**
 * The lines from `start` on. `breaks` finds what stands after a line; a line has ended where its first group
 * is part of that.
 */
export function linesOf(text: string, start: number, breaks: RegExp): Line[] {
  const lines: Line[] = [];
  let from = start;
  for (const found of text.matchAll(breaks)) {
    const next = found.index + found[0].length;
    lines.push({ start: from, end: found.index, next, ended: found[1] !== undefined });
    from = next;
  }
  if (from < text.length) lines.push({ start: from, end: text.length, next: text.length, ended: false });
  return lines;
}

/** Where the text begins, a byte order mark left aside. */
export function afterMark(text: string): number {
  return text.startsWith("\uFEFF") ? 1 : 0;
}
