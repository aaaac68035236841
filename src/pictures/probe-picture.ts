import { endpointText } from "../formats/text/endpoint-text.js";
import type { XmlElement } from "../formats/xml-text.js";
import { durationText } from "./drill-picture.js";
import { box, mark, rounded, svgText, text } from "./svg.js";

/** What of the document of `ha probe --json` the picture is made from. */
export interface ProbedMember {
  readonly connection?: string;
  readonly ip: string;
  readonly port: number;
  readonly ok: boolean;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  readonly answerMs?: number;
  readonly speaks?: string;
  readonly problems: readonly { readonly severity: string; readonly title: string; readonly hint?: string }[];
}

const [width, left, row] = [760, 44, 34];
const chart = { x: 330, width: 300 };

/** Each member: whether it answers as a VHSM does, what is wrong, and how long each part took. */
export function probePicture(at: string, members: readonly ProbedMember[]): string {
  const longest = Math.max(1, ...members.map(totalMs));
  const content: XmlElement[] = [];
  let y = 84;
  let connection: string | undefined;
  for (const [index, member] of members.entries()) {
    if (index === 0 || member.connection !== connection) {
      connection = member.connection;
      content.push(text(24, y, connection ?? "members", { bold: true, most: 40 }));
      y += 12;
    }
    content.push(...memberRow(member, y, longest));
    y += row + member.problems.length * 18 + (member.problems.length > 0 ? 6 : 0);
  }
  const good = members.filter(({ ok }) => ok).length;
  const summary = `${good} of ${members.length} members pass the probe`;
  return svgText({
    id: "probe",
    title: "Probe of the members",
    description: [summary, ...members.map(described)].join("\n"),
    width,
    height: y + 34,
    content: [
      text(24, 34, summary, { bold: true, size: 18 }),
      text(24, 56, at, { colour: "muted", most: 60 }),
      ...content,
      text(24, y + 20, "the bar: connecting and TLS, then the answer", { colour: "muted", size: 12 }),
    ],
  });
}

function totalMs({ connectMs = 0, tlsMs = 0, answerMs = 0 }: ProbedMember): number {
  return connectMs + tlsMs + answerMs;
}

function memberRow(member: ProbedMember, y: number, longest: number): readonly XmlElement[] {
  const { ok, connectMs = 0, tlsMs = 0, answerMs = 0, problems } = member;
  const wide = (ms: number): number => rounded((ms / longest) * chart.width);
  const open = wide(connectMs + tlsMs);
  return [
    mark(24, y + 20, ok),
    text(left, y + 20, endpointText(member), { most: 36 }),
    ...(totalMs(member) === 0
      ? []
      : [
          box({ x: chart.x, y: y + 9, width: Math.max(2, open), height: 14 }, "first"),
          ...(answerMs === 0
            ? []
            : [
                box(
                  { x: chart.x + open + 2, y: y + 9, width: Math.max(2, wide(answerMs)), height: 14 },
                  "second",
                ),
              ]),
          text(chart.x + wide(totalMs(member)) + 12, y + 21, durationText(totalMs(member)), {
            colour: "muted",
            size: 12,
          }),
        ]),
    ...problems.map(({ title, severity }, at) =>
      text(left, y + 42 + at * 18, title, {
        colour: severity === "error" ? "bad" : "muted",
        size: 12,
        most: 104,
      }),
    ),
  ];
}

function described(member: ProbedMember): string {
  const { ok, problems, speaks } = member;
  const why = problems.map(({ title }) => title).join("; ");
  const what = ok ? `answers${speaks === undefined ? "" : ` (${speaks})`}` : "does not pass the probe";
  return `${endpointText(member)} ${what}${why === "" ? "" : `: ${why}`}.`;
}
