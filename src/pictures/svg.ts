import { spoken } from "../language/spoken.js";
import { type XmlElement, xmlText } from "../formats/xml-text.js";

export interface Picture {
  /** Tells pictures on one page apart: letters, digits and `-`. */
  readonly id: string;
  /** In a few words, and in full, for whoever does not see it. */
  readonly title: string;
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly content: readonly XmlElement[];
}

/**
 * Colours on white, with a contrast of 4.5 or more; a page that shows a picture gives the classes its own.
 * Nothing is told by colour alone.
 */
const colours = {
  ink: "#1c2430",
  muted: "#5a6676",
  line: "#b9c2cd",
  panel: "#f4f6f8",
  good: "#1a7f4b",
  bad: "#b3261e",
  first: "#2f6fb5",
  second: "#8a5cb8",
} as const;
export type Colour = keyof typeof colours;

const font = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** An SVG document of its own: no script, no style, nothing from elsewhere. All text of values is escaped. */
export function svgText({ id, title, description, width, height, content }: Picture): string {
  return xmlText({
    name: "svg",
    attributes: {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: "img",
      "aria-labelledby": `${id}-title ${id}-desc`,
      "font-family": font,
      "font-size": 13,
    },
    content: [
      { name: "title", attributes: { id: `${id}-title` }, content: spoken(title) },
      { name: "desc", attributes: { id: `${id}-desc` }, content: spoken(description) },
      { name: "rect", attributes: { class: "paper", width, height, fill: "#ffffff" } },
      ...content,
    ],
  });
}

interface TextStyle {
  readonly colour?: Colour;
  readonly size?: number;
  readonly bold?: boolean;
  readonly anchor?: "start" | "middle" | "end";
  /** The most characters; what is longer ends in "…", and is whole where the pointer rests on it. */
  readonly most?: number;
}

/** `words`: in English; what is said of the language of this process is what is shown. */
export function text(x: number, y: number, english: string, style: TextStyle = {}): XmlElement {
  const words = spoken(english);
  const { colour = "ink", size, bold = false, anchor, most = Infinity } = style;
  const attributes = {
    x,
    y,
    class: colour,
    fill: colours[colour],
    ...(size !== undefined && { "font-size": size }),
    ...(bold && { "font-weight": 600 }),
    ...(anchor !== undefined && { "text-anchor": anchor }),
  };
  const letters = Array.from(words);
  if (letters.length <= most) return { name: "text", attributes, content: words };
  return {
    name: "g",
    content: [
      { name: "title", content: words },
      { name: "text", attributes, content: `${letters.slice(0, most - 1).join("")}…` },
    ],
  };
}

interface Corners {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A panel with a thin border, or a bar of one colour. */
export function box({ x, y, width, height }: Corners, colour?: Colour): XmlElement {
  const paint =
    colour === undefined
      ? { class: "panel", fill: colours.panel, stroke: colours.line }
      : { class: `${colour} bar`, fill: colours[colour] };
  return {
    name: "rect",
    attributes: { x, y, width: rounded(Math.max(0, width)), height, rx: colour ? 3 : 8, ...paint },
  };
}

/** A straight line, or a curve that leaves and arrives level. */
export function line(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  isDashed = false,
): XmlElement {
  const middle = (x1 + x2) / 2;
  return {
    name: "path",
    attributes: {
      d:
        y1 === y2 || x1 === x2
          ? `M${x1} ${y1}L${x2} ${y2}`
          : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`,
      class: "line",
      fill: "none",
      stroke: colours.line,
      "stroke-width": 1.5,
      ...(isDashed && { "stroke-dasharray": "4 4" }),
    },
  };
}

/** A line of a scale, behind what is measured. */
export function gridLine(x: number, y1: number, y2: number): XmlElement {
  const attributes = { d: `M${x} ${y1}L${x} ${y2}`, class: "grid", stroke: "#e6eaef", "stroke-width": 1 };
  return { name: "path", attributes };
}

/** A tick or a cross; which of the two does not rest on colour. */
export function mark(x: number, y: number, isGood: boolean): XmlElement {
  return text(x, y, isGood ? "✓" : "✗", { colour: isGood ? "good" : "bad", bold: true, size: 15 });
}

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
