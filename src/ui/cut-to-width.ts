import { displayWidth } from "./display-width.js";
import { colouredPieces, isColour } from "./style.js";

/** A line of coloured text cut to the columns of a terminal; its colours still end. */
export function cutToWidth(line: string, columns: number): string {
  let left = columns;
  return colouredPieces(line)
    .filter((piece) => {
      if (isColour(piece)) return true;
      left -= displayWidth(piece);
      return left >= 0;
    })
    .join("");
}
