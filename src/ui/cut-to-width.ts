import { displayWidth } from "./display-width.js";

/** A colour as style.ts writes it, or one character. */
const piece = /\u001b\[\d*m|[^]/gu;

/** A line of coloured text cut to the columns of a terminal; its colours still end. */
export function cutToWidth(line: string, columns: number): string {
  let left = columns;
  return (line.match(piece) ?? []).filter((text) => {
    if (text.startsWith("\u001b[")) return true;
    left -= displayWidth(text);
    return left >= 0;
  }).join("");
}
