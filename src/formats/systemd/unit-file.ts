import { countUpTo } from "../text/text-position.js";

/** A line `Name=value` of a unit file, with the lines that continue it. */
export interface UnitLine {
  readonly section: string;
  readonly name: string;
  /** Without white space at its ends; a continuation is joined with a space. */
  readonly value: string;
  /** The line, 1-based, on which the character at this offset of the value is. */
  lineAt(offset: number): number;
}

/**
 * The settings of a unit file, in order, as systemd reads its syntax (systemd.syntax(7)). What is not a
 * setting is left out: systemd ignores it too. Pure.
 */
export function unitFileLines(text: string): readonly UnitLine[] {
  const found: UnitLine[] = [];
  let section = "";
  for (const line of joinedLines(text.replace(/^\uFEFF/, ""))) {
    const header = /^\[(.*)\]$/.exec(line.text.trim());
    if (header !== null) section = header[1] ?? "";
    else found.push(...settingIn(line, section));
  }
  return found;
}

/** A line with its continuations; `starts`: where in the text each of its lines begins. */
interface JoinedLine {
  readonly text: string;
  readonly starts: readonly number[];
  readonly numbers: readonly number[];
}

/** A comment between the parts of a line is left out, and does not end it. */
function joinedLines(text: string): readonly JoinedLine[] {
  const joined: JoinedLine[] = [];
  let open: { text: string; starts: number[]; numbers: number[] } | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.replace(/\r$/, "");
    if (/^\s*[#;]/.test(line)) continue;
    const goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    open ??= { text: "", starts: [], numbers: [] };
    open.starts.push(open.text.length);
    open.numbers.push(index + 1);
    open.text += goesOn ? `${line.slice(0, -1)} ` : line;
    if (goesOn) continue;
    joined.push(open);
    open = undefined;
  }
  return open === undefined ? joined : [...joined, open];
}

function settingIn({ text, starts, numbers }: JoinedLine, section: string): readonly UnitLine[] {
  const equals = text.indexOf("=");
  if (equals < 1) return [];
  const value = text.slice(equals + 1);
  const offset = equals + 1 + (value.length - value.trimStart().length);
  return [
    {
      section,
      name: text.slice(0, equals).trim(),
      value: value.trim(),
      lineAt: (at) => numbers[Math.max(0, countUpTo(starts, offset + at) - 1)] ?? 1,
    },
  ];
}
