import type { Span } from "../../json/json-tree.js";
import { foldKey } from "../keys.js";
import { afterMark, linesOf } from "./read-lines.js";
import type { Assignment, Line, ReadLines } from "./read-lines.js";
import { longestSection, sectionTooLong, type Setting, type SettingsFault } from "../settings-text.js";

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
 * Reads the text by the rules of Microsoft.Extensions.Configuration.Ini, which unescapes nothing and knows no
 * comment after a value.
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

/** Whether the value's text has a pair of quotes around it, which the application takes off. */
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

/**
 * Unicode's White_Space, for which .NET's Char.IsWhiteSpace and Go's unicode.IsSpace stand alike. U+FEFF is
 * none, other than to JavaScript.
 */
const whiteSpace = /^[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]$/;

export function isWhiteSpace(char: string): boolean {
  return whiteSpace.test(char);
}

/**
 * The part of the text without white space at its ends; when there is nothing else, the empty span at its
 * end.
 */
export function trimmed(text: string, { start, end }: Span): Span {
  const from = trimmedStart(text, { start, end });
  let to = end;
  while (to > from && isWhiteSpace(text.charAt(to - 1))) to--;
  return { start: from, end: to };
}

/** Where the part of the text begins, white space left aside. */
export function trimmedStart(text: string, { start, end }: Span): number {
  let from = start;
  while (from < end && isWhiteSpace(text.charAt(from))) from++;
  return from;
}
