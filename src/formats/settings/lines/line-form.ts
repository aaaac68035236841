import type { LineEditor } from "./line-editor.js";
import type { Line, ReadLines } from "./read-lines.js";

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
