import type { Style } from "./output.js";

function code(open: number, close: number): (text: string) => string {
  return (text) => `\u001b[${open}m${text}\u001b[${close}m`;
}

const plain = (text: string): string => text;

/** SGR colours, or plain text. */
export function style(colours: boolean): Style {
  if (!colours) return { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
  return { bold: code(1, 22), dim: code(2, 22), red: code(31, 39), green: code(32, 39), yellow: code(33, 39) };
}
