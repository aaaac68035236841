import type { Span, TextEdit } from "../../text/text-edit.js";
import type { Line, ReadLines } from "./read-lines.js";

/**
 * Edits a text of lines so that every other byte stays as it is. New lines end like the line before them, so
 * that they never split a line break or complete one; a text without a final line break stays without one.
 */
export class LineEditor {
  readonly #text: string;
  readonly #start: number;
  readonly #lines: readonly Line[];
  readonly #edits: TextEdit[] = [];

  constructor({ text, start, lines }: Pick<ReadLines, "text" | "start" | "lines">) {
    this.#text = text;
    this.#start = start;
    this.#lines = lines;
  }

  /** True while there are no lines, including new ones. */
  get empty(): boolean {
    return this.#lines.length === 0 && this.#edits.length === 0;
  }

  /** Replaces a part of one line. */
  replace({ start, end }: Span, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /**
   * Inserts lines after the given one, or before all others if there is none. Lines inserted at the same
   * place come in the order of the calls.
   */
  insertAfter(line: Line | undefined, added: readonly string[]): void {
    const lineBreak = this.#breakAfter(line);
    if (line?.ended === false && lineBreak === "\n" && this.#text.charAt(line.end - 1) === "\r") {
      // a carriage return at the end of the line's value would be taken for part of this line break
      this.#insert(
        line.end,
        added.map((text) => `\r\n${text}`),
      );
    } else if (line?.ended === false)
      this.#insert(
        line.end,
        added.map((text) => lineBreak + text),
      );
    else
      this.#insert(
        line?.next ?? this.#start,
        added.map((text) => text + lineBreak),
      );
  }

  /**
   * Removes lines with their line breaks; a last line without one is removed with the line break before it.
   * Call this only once.
   */
  remove(gone: ReadonlySet<Line>): void {
    for (const line of this.#lines)
      if (gone.has(line) && line.ended) this.#edits.push({ start: line.start, end: line.next, text: "" });
    const last = this.#lines.at(-1);
    if (last === undefined || last.ended || !gone.has(last)) return;
    const kept = this.#lines.findLast((line) => !gone.has(line));
    // right after a line break character, the one that ends the line is what separates them
    const needsBreak =
      kept !== undefined && last.next === last.end && /[\r\n]/.test(this.#text.charAt(kept.end - 1));
    this.#edits.push({ start: (needsBreak ? kept.next : kept?.end) ?? last.start, end: last.end, text: "" });
  }

  /** The text with all edits made; the original text if there are none. */
  result(): string {
    const edits = this.#edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
    const parts: string[] = [];
    let at = 0;
    for (const { start, end, text } of edits) {
      if (start >= at) parts.push(this.#text.slice(at, start), text);
      at = Math.max(at, end);
    }
    const result = parts.join("") + this.#text.slice(at);
    // a name that begins with U+FEFF would lose it at the start of a text, where it is a byte order mark
    return result.startsWith("\uFEFF") && !this.#text.startsWith("\uFEFF")
      ? this.#breakAfter(undefined) + result
      : result;
  }

  #insert(at: number, texts: readonly string[]): void {
    this.#edits.push({ start: at, end: at, text: texts.join("") });
  }

  #breakAfter(line: Line | undefined): string {
    const model = line?.ended === true ? line : this.#lines.find(({ ended }) => ended);
    return model === undefined ? "\n" : this.#text.slice(model.end, model.next);
  }
}
