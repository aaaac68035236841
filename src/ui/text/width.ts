import type { Style } from "../terminal/output.js";

/** A line of coloured text cut to the width of a terminal; its colours are still closed. */
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

/** Marks that combine with the character before them, and characters with no width. */
const zero = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** East Asian wide and full-width characters and emoji (Unicode UAX #11, ranges rounded to whole blocks). */
const wide = new RegExp(
  "^[\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97f\\uac00-\\ud7a3\\uf900-\\ufaff" +
    "\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{1f300}-\\u{1f64f}\\u{1f680}-\\u{1f6ff}" +
    "\\u{1f900}-\\u{1f9ff}\\u{20000}-\\u{3fffd}]$",
  "u",
);

/** The number of columns that a text occupies on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += zero.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return width;
}

/**
 * Stands for the escape sequence that begins a colour until the text is written. Text from outside cannot
 * contain it, so every colour that is written is knetctl's: it is private-use characters around digits that
 * nobody outside knows.
 */
const introducer = `\ue000${Math.random().toString(36).slice(2)}\ue001`;

function code(open: number, close: number): (text: string) => string {
  return (text) => `${introducer}${open}m${text}${introducer}${close}m`;
}

const plain = (text: string): string => text;

/** Colours for text that will go through `shownColours`, or plain text. */
export function style(colours: boolean): Style {
  if (!colours) return { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
  return {
    bold: code(1, 22),
    dim: code(2, 22),
    red: code(31, 39),
    green: code(32, 39),
    yellow: code(33, 39),
  };
}

/** The text with the colours as a terminal knows them (SGR, ECMA-48). */
export function shownColours(text: string): string {
  return text.replaceAll(introducer, "\u001b[");
}

/** The text cut into colours and characters. */
export function colouredPieces(text: string): readonly string[] {
  return text.match(pieces) ?? [];
}

export function isColour(piece: string): boolean {
  return piece.startsWith(introducer);
}

const pieces = new RegExp(`${introducer}\\d+m|[^]`, "gu");
