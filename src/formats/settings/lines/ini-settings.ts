import type { Span } from "../../text/text-edit.js";
import {
  foldKey,
  longestSection,
  markReason,
  partOf,
  sectionTooLong,
  type Setting,
  type SettingsFault,
  type SettingsReading,
} from "../settings-text.js";
import type { LineEditor } from "./line-editor.js";
import { type LineForm, lineSettings, type Pair, plainLine } from "./line-settings.js";
import {
  afterMark,
  type Assignment,
  isWhiteSpace,
  type Line,
  linesOf,
  type ReadLines,
  trimmed,
} from "./read-lines.js";

const ini: LineForm<IniLines> = {
  read: iniLines,
  cannotHold: iniCannotHold,
  lastPart: (name) => name.lastIndexOf(":") + 1,
  written: iniValue,
  headerOf: ({ blocks }, section) => blocks.findLast(({ prefix }) => foldKey(prefix) === section)?.header,
  addSection,
  removedWith,
};

/** Reads settings in an ini file. */
export function readIniSettings(text: string): SettingsReading {
  return lineSettings(ini, text);
}

/** As it is, or in quotes if it would otherwise lose something or had them before. */
function iniValue(value: string, name: string, replaced: string): string {
  const loses =
    isQuoted(value) || isWhiteSpace(value.charAt(0)) || isWhiteSpace(value.charAt(value.length - 1));
  const looksLikeHeader = name.startsWith("[") && value.endsWith("]");
  return loses || looksLikeHeader || isQuoted(replaced) ? `"${value}"` : value;
}

/** A new section goes at the end, after a blank line. Keys without a section go before the first one. */
function addSection(editor: LineEditor, { lines, blocks }: IniLines, pairs: readonly Pair[]): void {
  const key = pairs[0]?.[0] ?? "";
  const added = pairs.map(([key, value]) => plainLine(ini, partOf(key), value));
  if (!key.includes(":")) editor.insertAfter(blocks.length > 0 ? undefined : lines.at(-1), added);
  else
    editor.insertAfter(lines.at(-1), [
      ...(editor.empty ? [] : [""]),
      `[${key.slice(0, key.lastIndexOf(":"))}]`,
      ...added,
    ]);
}

/**
 * A section that loses its last setting also loses its header and the blank line before it, unless there are
 * comments in it.
 */
function removedWith({ lines, blocks, blank }: IniLines, gone: ReadonlySet<Line>): ReadonlySet<Line> {
  const removed = new Set(gone);
  for (const { header, assignments, comments } of blocks) {
    if (assignments.length === 0 || comments.size > 0 || !assignments.every(({ line }) => gone.has(line)))
      continue;
    removed.add(header);
    const before = lines[lines.indexOf(header) - 1];
    if (before !== undefined && blank.has(before)) removed.add(before);
  }
  return removed;
}

/** Why `[section]` and `name=value` would not be read as this setting; undefined if they would. */
export function iniCannotHold(key: string, value: string): string | undefined {
  if (/[\r\n]/.test(value)) return "an ini file cannot hold a line break in a value";
  const section = key.slice(0, Math.max(0, key.lastIndexOf(":")));
  const name = partOf(key);
  if (/[\r\n]/.test(key)) return "an ini file cannot hold a line break in a name";
  if ([section, name].some(hasOuterWhiteSpace)) return "an ini file loses white space at the ends of a name";
  if (name.includes("=")) return "an ini file ends a name at its first equals sign";
  if (/^[;#/]/.test(name)) return "an ini file takes a name that begins with ; # or / for a comment";
  if (section === "" && name.startsWith("\uFEFF")) return markReason;
  return undefined;
}

function hasOuterWhiteSpace(text: string): boolean {
  return isWhiteSpace(text.charAt(0)) || isWhiteSpace(text.charAt(text.length - 1));
}

type IniAssignment = Assignment & { readonly value: string };

/** The lines from one section's header up to the next. */
export interface IniBlock {
  readonly header: Line;
  /** What the header puts before its keys: `KeyStores:MyHsm:`. */
  readonly prefix: string;
  readonly assignments: Assignment[];
  readonly comments: Set<Line>;
}

export interface IniLines extends ReadLines {
  readonly blocks: readonly IniBlock[];
  readonly blank: ReadonlySet<Line>;
}

/**
 * Reads the text by the rules of Microsoft.Extensions.Configuration.Ini, which has no escapes and no comments
 * after a value.
 */
export function iniLines(text: string): IniLines {
  const start = afterMark(text);
  const lines = linesOf(text, start, /(\r\n|\r|\n)/g);
  const blocks: IniBlock[] = [];
  const blank = new Set<Line>();
  const assignments: IniAssignment[] = [];
  const faults: SettingsFault[] = [];
  for (const line of lines) {
    const span = trimmed(text, line);
    const content = text.slice(span.start, span.end);
    const block = blocks.at(-1);
    if (content === "") blank.add(line);
    else if (/^[;#/]/.test(content)) block?.comments.add(line);
    else if (content.startsWith("[") && content.endsWith("]")) {
      const prefix = prefixOf(text, span);
      const isTooLong = prefix.length > longestSection;
      if (isTooLong) faults.push(sectionTooLong(span.start));
      blocks.push({
        header: line,
        prefix: isTooLong ? prefix.slice(0, longestSection) : prefix,
        assignments: [],
        comments: new Set(),
      });
    } else if (!content.includes("="))
      faults.push({
        kind: "syntax",
        offset: span.start,
        reason: "this line is neither a section nor a comment, and has no equals sign",
      });
    else {
      const assignment = assignmentIn(text, line, span, block?.prefix ?? "");
      assignments.push(assignment);
      block?.assignments.push(assignment);
    }
  }
  const settings = assignments.map(({ key, value, name }) => ({ key, value, offset: name.start }));
  return {
    text,
    start,
    lines,
    blocks,
    blank,
    assignments,
    settings,
    faults: [...faults, ...duplicates(settings)],
  };
}

function prefixOf(text: string, { start, end }: Span): string {
  const inner = trimmed(text, { start: start + 1, end: end - 1 });
  return `${text.slice(inner.start, inner.end)}:`;
}

function assignmentIn(text: string, line: Line, { start }: Span, prefix: string): IniAssignment {
  const equals = text.indexOf("=", start);
  const name = trimmed(text, { start, end: equals });
  const written = trimmed(text, { start: equals + 1, end: line.end });
  const raw = text.slice(written.start, written.end);
  return {
    line,
    key: prefix + text.slice(name.start, name.end),
    value: isQuoted(raw) ? raw.slice(1, -1) : raw,
    name,
    written,
  };
}

/** Whether the value's text is in a pair of quotes, which the application removes. */
export function isQuoted(raw: string): boolean {
  return raw.length > 1 && raw.startsWith('"') && raw.endsWith('"');
}

function duplicates(settings: readonly Setting[]): SettingsFault[] {
  const seen = new Set<string>();
  return settings.flatMap(({ key, offset }): SettingsFault[] => {
    const before = seen.size;
    seen.add(foldKey(key));
    return seen.size > before
      ? []
      : [
          {
            kind: "duplicate-key",
            offset,
            reason: "this key occurs twice, for which the application refuses the whole file",
            key,
          },
        ];
  });
}
