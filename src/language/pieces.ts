/** A template: its literal pieces, between which values stand. */
export interface Template {
  readonly pieces: readonly string[];
  /** Of each gap between the pieces, the number of the value that stands there. */
  readonly values: readonly number[];
}

/** `the file {0} is missing`. */
export function templateOf(text: string): Template {
  const parts = text.split(/\{(\d+)\}/);
  return {
    pieces: parts.filter((_part, at) => at % 2 === 0),
    values: parts.filter((_part, at) => at % 2 === 1).map(Number),
  };
}

/** The text of a template with its values. */
export function filled({ pieces, values }: Template, given: readonly string[]): string {
  return pieces.reduce((text, piece, at) => text + (given[values[at - 1] ?? -1] ?? "") + piece);
}

/** A colour as it stands in a text until it is written (src/ui/text/width.ts). */
export const colour = "\\ue000[a-z0-9]+\\ue001\\d+m";

const before = new RegExp(`^(?:\\s|${colour}|[✓✗↶·─└├│+~#,;:-]+(?=\\s|${colour}))+`);
const after = new RegExp(`(?:\\s|${colour})+$`);

/** A line cut into what stands before its text (blanks, signs, colours), the text, and what follows it. */
export function coreOf(line: string): readonly [start: string, core: string, end: string] {
  const start = before.exec(line)?.[0] ?? "";
  const end = after.exec(line.slice(start.length))?.[0] ?? "";
  return [start, line.slice(start.length, line.length - end.length), end];
}
