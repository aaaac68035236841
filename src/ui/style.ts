import type { Style } from "./output.js";

/**
 * Stands for the escape sequence that begins a colour until the text is written: a text from outside cannot
 * have it in it, so that a colour in what is written is one of ours. Private-use characters around digits
 * that nobody outside knows.
 */
const introducer = `\ue000${Math.random().toString(36).slice(2)}\ue001`;

function code(open: number, close: number): (text: string) => string {
  return (text) => `${introducer}${open}m${text}${introducer}${close}m`;
}

const plain = (text: string): string => text;

/** Colours for text that goes to `shownColours` at last, or plain text. */
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
