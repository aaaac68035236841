import {
  foldKey,
  mostSettings,
  noFormHolds,
  partOf,
  sectionOf,
  type SettingsEdit,
  type SettingsReading,
  tooManySettings,
} from "../settings-text.js";
import { LineEditor } from "./line-editor.js";
import type { Assignment, Line, ReadLines } from "./read-lines.js";

/** A key and its value. */
export type Pair = readonly [key: string, value: string];

/** What is specific to a form: how it is read, and how it is written. */
export interface LineForm<Read extends ReadLines> {
  read(text: string): Read;
  /** Why the form cannot hold the value under the key, in words that quote neither; undefined if it can. */
  cannotHold(key: string, value: string): string | undefined;
  /** Where the last part of a name begins, as spelt in a line. */
  lastPart(name: string): number;
  /** The value as it is written after the name, in the style of the text that it replaces ("" if none). */
  written(value: string, name: string, replaced: string): string;
  /**
   * The line after which the section's keys are inserted if it has none yet; undefined if there is no such
   * line.
   */
  headerOf(read: Read, section: string): Line | undefined;
  /** Writes the first keys of a section that has no lines in the text. */
  addSection(editor: LineEditor, read: Read, pairs: readonly Pair[]): void;
  /** All lines that are removed with these. */
  removedWith(read: Read, gone: ReadonlySet<Line>): ReadonlySet<Line>;
}

/** Reads a text in a form that is read line by line. */
export function lineSettings<Read extends ReadLines>(form: LineForm<Read>, text: string): SettingsReading {
  const read = form.read(text);
  const tooMany = read.assignments[mostSettings];
  if (tooMany !== undefined) return { faults: [tooManySettings(tooMany.name.start)] };
  const [first, ...more] = read.faults.toSorted((a, b) => a.offset - b.offset);
  if (first !== undefined) return { faults: [first, ...more] };
  return { settings: read.settings, dropped: read.dropped ?? [], edit: (edit) => edited(form, read, edit) };
}

function edited<Read extends ReadLines>(
  form: LineForm<Read>,
  read: Read,
  { set, remove }: SettingsEdit,
): string {
  for (const [key, value] of set) refuse(noFormHolds(key, value) ?? form.cannotHold(key, value));
  const wanted = new Map([...set].map((pair) => [foldKey(pair[0]), pair]));
  // the new lines come first, so that a section that gets some is not removed as empty
  const text = withSet(form, read, wanted);
  const result = without(
    form,
    text === read.text ? read : form.read(text),
    new Set([...remove].map(foldKey).filter((key) => !wanted.has(key))),
  );
  // the spaces around a value count where the length of a line is limited
  refuse(form.read(result).faults[0]?.reason);
  return result;
}

function refuse(reason: string | undefined): void {
  if (reason !== undefined) throw new RangeError(reason);
}

function withSet<Read extends ReadLines>(
  form: LineForm<Read>,
  read: Read,
  wanted: ReadonlyMap<string, Pair>,
): string {
  const editor = new LineEditor(read);
  const standing = grouped(read.assignments, ({ key }) => foldKey(key));
  for (const [key, [, value]] of wanted) {
    const there = standing.get(key) ?? [];
    // the last one counts, and no other may leave the value to the environment
    const concerned = there.filter(
      (one) => (one === there.at(-1) || one.value === undefined) && one.value !== value,
    );
    for (const one of concerned) changeValue(form, read, editor, one, value);
  }
  addPairs(
    form,
    read,
    editor,
    [...wanted].flatMap(([key, pair]) => (standing.has(key) ? [] : [pair])),
  );
  return editor.result();
}

function changeValue<Read extends ReadLines>(
  form: LineForm<Read>,
  { text }: Read,
  editor: LineEditor,
  there: Assignment,
  value: string,
): void {
  const written = form.written(
    value,
    text.slice(there.name.start, there.name.end),
    text.slice(there.written.start, there.written.end),
  );
  editor.replace(there.written, there.value === undefined ? `=${written}` : written);
}

/**
 * Keys of a section that already has a place are inserted there before others are added at the end of the
 * text, which may be the same place.
 */
function addPairs<Read extends ReadLines>(
  form: LineForm<Read>,
  read: Read,
  editor: LineEditor,
  pairs: readonly Pair[],
): void {
  const siblings = new Map(read.assignments.map((one) => [sectionOf(one.key), one]));
  const homeless: (readonly [section: string, own: readonly Pair[]])[] = [];
  for (const [section, own] of grouped(pairs, ([key]) => sectionOf(key))) {
    const sibling = siblings.get(section);
    const header = form.headerOf(read, section);
    if (sibling !== undefined)
      editor.insertAfter(
        sibling.line,
        own.map((pair) => lineLike(form, read, sibling, pair)),
      );
    else if (header !== undefined)
      editor.insertAfter(
        header,
        own.map(([key, value]) => plainLine(form, partOf(key), value)),
      );
    else homeless.push([section, own]);
  }
  // keys without a section cannot follow a section's header
  const sectionsLast = homeless.toSorted(([a], [b]) => Number(a !== "") - Number(b !== ""));
  for (const [, own] of sectionsLast) form.addSection(editor, read, own);
}

function grouped<Item>(
  items: readonly Item[],
  groupOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groupOf(item);
    const there = groups.get(group);
    if (there === undefined) groups.set(group, [item]);
    else there.push(item);
  }
  return groups;
}

/** A line for a key of the same section, spelt and indented like the given one. */
function lineLike<Read extends ReadLines>(
  form: LineForm<Read>,
  { text }: Read,
  { line, name, written }: Assignment,
  [key, value]: Pair,
): string {
  const spelled = text.slice(name.start, name.end);
  const own = spelled.slice(0, form.lastPart(spelled)) + partOf(key);
  const between = text.slice(name.end, written.start);
  return (
    text.slice(line.start, name.start) + own + (between === "" ? "=" : between) + form.written(value, own, "")
  );
}

/** `name=value`. */
export function plainLine<Read extends ReadLines>(
  form: Pick<LineForm<Read>, "written">,
  name: string,
  value: string,
): string {
  return `${name}=${form.written(value, name, "")}`;
}

function without<Read extends ReadLines>(
  form: LineForm<Read>,
  read: Read,
  keys: ReadonlySet<string>,
): string {
  const gone = new Set(read.assignments.flatMap(({ key, line }) => (keys.has(foldKey(key)) ? line : [])));
  if (gone.size === 0) return read.text;
  const editor = new LineEditor(read);
  editor.remove(form.removedWith(read, gone));
  return editor.result();
}
