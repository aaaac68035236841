import { spoken, spokenWord } from "../../language/spoken.js";
import { cleanText } from "./clean-text.js";
import { displayWidth } from "./width.js";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Colours a cell after it has been padded. */
  readonly paint?: (cell: string) => string;
}

const gap = "  ";

/**
 * An aligned text table: a line of titles, then one line for each row, no line break at the end. Cells are
 * cleaned of what would change their width, and line breaks and tabs in them become spaces; the last column
 * is not padded.
 */
export function table(rows: readonly (readonly string[])[], columns: readonly Column[]): string {
  const titles = columns.map(({ title }) => spokenWord(title));
  const clean = rows.map((row) =>
    columns.map((_column, index) => cleanText(spoken(row[index] ?? "")).replace(/[\n\t]+/g, " ")),
  );
  const widths = columns.map((_column, index) =>
    Math.max(...[titles, ...clean].map((row) => displayWidth(row[index] ?? ""))),
  );
  const line = (row: readonly string[], painted: boolean): string =>
    columns
      .map((column, index) =>
        cell(row[index] ?? "", column, index === columns.length - 1, widths[index] ?? 0, painted),
      )
      .join(gap)
      .trimEnd();
  return [line(titles, false), ...clean.map((row) => line(row, true))].join("\n");
}

function cell(
  text: string,
  { align, paint }: Column,
  last: boolean,
  width: number,
  painted: boolean,
): string {
  const padding = " ".repeat(Math.max(0, width - displayWidth(text)));
  const padded = align === "right" ? padding + text : last ? text : text + padding;
  return painted && paint !== undefined ? paint(padded) : padded;
}
