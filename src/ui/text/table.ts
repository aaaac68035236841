import { spoken, spokenWord } from "../../language/spoken.js";
import { cleanText } from "./clean-text.js";
import { displayWidth } from "./width.js";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Colours a cell after it has been padded; `english`: what it says, in English. */
  readonly paint?: (cell: string, english: string) => string;
  /** Its cells are the program's own words, which may be single ones, and no names. */
  readonly areWords?: boolean;
}

const gap = "  ";

/**
 * An aligned text table: a line of titles, then one line for each row, no line break at the end. Cells are
 * cleaned of what would change their width, and line breaks and tabs in them become spaces; the last column
 * is not padded.
 */
export function table(rows: readonly (readonly string[])[], columns: readonly Column[]): string {
  const titles = columns.map(({ title }) => spokenWord(title));
  const english = rows.map((row) => columns.map((_column, index) => clean(row[index] ?? "")));
  const said = rows.map((row) =>
    columns.map(({ areWords }, index) => clean((areWords === true ? spokenWord : spoken)(row[index] ?? ""))),
  );
  const widths = columns.map((_column, index) =>
    Math.max(...[titles, ...said].map((row) => displayWidth(row[index] ?? ""))),
  );
  const line = (row: readonly string[], meant?: readonly string[]): string =>
    columns
      .map((column, index) => {
        const width = index === columns.length - 1 && column.align !== "right" ? 0 : (widths[index] ?? 0);
        const padded = padding(row[index] ?? "", column, width);
        return meant === undefined ? padded : (column.paint?.(padded, meant[index] ?? "") ?? padded);
      })
      .join(gap)
      .trimEnd();
  return [line(titles), ...said.map((row, at) => line(row, english[at]))].join("\n");
}

function clean(cell: string): string {
  return cleanText(cell).replace(/[\n\t]+/g, " ");
}

function padding(text: string, { align }: Column, width: number): string {
  const blanks = " ".repeat(Math.max(0, width - displayWidth(text)));
  return align === "right" ? blanks + text : text + blanks;
}
