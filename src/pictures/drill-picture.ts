import { endpointText } from "../formats/text/endpoint-text.js";
import type { XmlElement } from "../formats/xml-text.js";
import { box, gridLine, mark, rounded, svgText, text } from "./svg.js";

/** What of the document of `ha drill --json` the picture is made from. */
export interface DrilledConnection {
  readonly connection: string;
  readonly user: string;
  readonly simulated: boolean;
  readonly scenarios: readonly DrilledScenario[];
  readonly verdict: { readonly outcome: string; readonly text: string };
}

export interface DrilledScenario {
  readonly title: string;
  readonly through: boolean;
  readonly endpoints: readonly { readonly ip: string; readonly port: number }[];
  readonly firstSignatureMs: number | null;
  readonly secondSignatureMs: number | null;
  readonly reason?: string;
}

const [width, left, right, row] = [760, 44, 24, 62];
const chart = { x: left, width: width - left - right - 76 };

/**
 * The time-line of each scenario: how long the application waits for its first signature, and for the next.
 * All have one scale, so that the cost of a dead member is seen.
 */
export function drillPicture(drill: DrilledConnection): string {
  const { connection, user, simulated, scenarios, verdict } = drill;
  const longest = Math.max(1, ...scenarios.map(totalMs));
  const top = 96 + verdictLines(verdict.text).length * 18;
  const height = top + scenarios.length * row + 40;
  const title = `Failover drill of ${connection}`;
  return svgText({
    id: "drill",
    title,
    description: [verdict.text, ...scenarios.map(described)].join("\n"),
    width,
    height,
    content: [
      text(24, 34, title, { bold: true, size: 18, most: 60 }),
      text(24, 56, `signing as ${user}${simulated ? "; members and module are simulated" : ""}`, {
        colour: "muted",
        most: 100,
      }),
      ...verdictLines(verdict.text).flatMap((words, at) => [
        ...(at === 0 ? [mark(24, 82, verdict.outcome === "works")] : []),
        text(44, 82 + at * 18, words),
      ]),
      ...scale(longest, top - 8, height - 34),
      ...scenarios.flatMap((scenario, at) => scenarioRow(scenario, top + at * row, longest)),
      ...legend(height - 12),
    ],
  });
}

function totalMs({ firstSignatureMs, secondSignatureMs }: DrilledScenario): number {
  return (firstSignatureMs ?? 0) + (secondSignatureMs ?? 0);
}

function scenarioRow(scenario: DrilledScenario, y: number, longest: number): readonly XmlElement[] {
  const { title, through, firstSignatureMs, secondSignatureMs, reason } = scenario;
  const first = rounded(((firstSignatureMs ?? 0) / longest) * chart.width);
  const second = rounded(((secondSignatureMs ?? 0) / longest) * chart.width);
  return [
    mark(24, y + 15, through),
    text(left, y + 14, title, { bold: true, most: 80 }),
    ...(firstSignatureMs === null
      ? []
      : [box({ x: chart.x, y: y + 23, width: Math.max(2, first), height: 14 }, "first")]),
    ...(secondSignatureMs === null
      ? []
      : [box({ x: chart.x + first + 2, y: y + 23, width: Math.max(2, second), height: 14 }, "second")]),
    text(chart.x + first + Math.max(2, second) + 10, y + 35, timesText(scenario), {
      size: 12,
      colour: "muted",
    }),
    ...(reason === undefined ? [] : [text(left, y + 52, reason, { colour: "bad", size: 12, most: 104 })]),
  ];
}

function timesText({ firstSignatureMs, secondSignatureMs, through }: DrilledScenario): string {
  if (firstSignatureMs === null) return through ? "" : "no signature";
  const second = secondSignatureMs === null ? "none" : durationText(secondSignatureMs);
  return `${durationText(firstSignatureMs)} + ${second}`;
}

/** "420 ms", "2.1 s". */
export function durationText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function scale(longest: number, y1: number, y2: number): readonly XmlElement[] {
  const step = niceStep(longest);
  const ticks = Array.from({ length: Math.floor(longest / step) + 1 }, (_none, at) => at * step);
  return ticks.flatMap((ms) => {
    const x = rounded(chart.x + (ms / longest) * chart.width);
    return [
      gridLine(x, y1, y2),
      text(x, y1 - 4, durationText(ms), { colour: "muted", size: 11, anchor: "middle" }),
    ];
  });
}

/** A round number of milliseconds that divides the whole into four to eight parts. */
function niceStep(longest: number): number {
  const rough = longest / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
}

function legend(y: number): readonly XmlElement[] {
  return [
    box({ x: left, y: y - 10, width: 12, height: 12 }, "first"),
    text(left + 18, y, "first signature, from the start of the process", { size: 12, colour: "muted" }),
    box({ x: left + 300, y: y - 10, width: 12, height: 12 }, "second"),
    text(left + 318, y, "second signature", { size: 12, colour: "muted" }),
  ];
}

/** Broken between words; a word that is too long stays whole. */
function verdictLines(words: string): readonly string[] {
  const lines: string[] = [];
  for (const word of words.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 100) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function described(scenario: DrilledScenario): string {
  const { title, through, reason, endpoints } = scenario;
  const how = through ? timesText(scenario) : (reason ?? "it could not sign");
  const vector = endpoints.map(endpointText).join(", ");
  return `${title} (${vector}): ${how}.`;
}
