import type { XmlElement } from "../formats/xml-text.js";
import { box, line, svgText, text } from "./svg.js";

/** A connection as somebody has typed it so far. */
export interface DrawnConnection {
  readonly name: string;
  /** "10.1.2.3:60161", in order of preference. */
  readonly members: readonly string[];
  readonly users: readonly string[];
}

const [width, row, gap, top] = [440, 34, 26, 12];
const [hostWidth, memberX, memberWidth] = [146, 204, 232];

/** Who asks which VHSMs, and in which order: the first member of each connection first. */
export function topology(connections: readonly DrawnConnection[], host: string): string {
  const content: XmlElement[] = [];
  let y = top;
  for (const connection of connections) {
    const height = Math.max(1, connection.members.length) * (row + 8) + 18;
    content.push(...drawn(connection, host, y, height));
    y += height + gap;
  }
  return svgText({
    id: "topology",
    title: "Connections and their members",
    description: connections.map(described).join("\n"),
    width,
    height: Math.max(y - gap + top, 60),
    content,
  });
}

function drawn(
  { name, members, users }: DrawnConnection,
  host: string,
  y: number,
  height: number,
): readonly XmlElement[] {
  const middle = y + 18 + (height - 18) / 2 - 4;
  const hostBox = { x: 4, y: middle - 29, width: hostWidth, height: 58 };
  const who = users.length === 0 ? "no user yet" : users.join(", ");
  return [
    text(memberX, y + 10, name === "" ? "connection without a name" : name, { bold: true, most: 18 }),
    ...(members.length > 1
      ? [text(width - 4, y + 10, `${members.length} members`, { colour: "muted", size: 12, anchor: "end" })]
      : []),
    ...members.flatMap((_member, at) => {
      const memberY = y + 18 + at * (row + 8) + row / 2;
      return [line([4 + hostWidth, middle], [memberX, memberY], at > 0)];
    }),
    box(hostBox),
    text(hostBox.x + 12, middle - 6, host, { bold: true, most: 16 }),
    text(hostBox.x + 12, middle + 13, who, { colour: "muted", size: 12, most: 20 }),
    ...members.flatMap((member, at) => memberBox(member, at, y + 18 + at * (row + 8), members.length > 1)),
  ];
}

function memberBox(member: string, at: number, y: number, isVector: boolean): readonly XmlElement[] {
  const words = member === "" ? "no address yet" : member;
  return [
    box({ x: memberX, y, width: memberWidth, height: row }),
    ...(isVector
      ? [text(memberX + 14, y + 22, String(at + 1), { colour: "muted", bold: true, anchor: "middle" })]
      : []),
    text(memberX + (isVector ? 28 : 12), y + 22, words, {
      colour: member === "" ? "muted" : "ink",
      most: isVector ? 28 : 30,
    }),
  ];
}

function described({ name, members, users }: DrawnConnection): string {
  const [first = "", ...others] = members.map((member) =>
    member === "" ? "a member without address" : member,
  );
  const order = others.length === 0 ? first : `${first} first, then ${others.join(", then ")}`;
  return `connection ${name}: ${order}. Users: ${users.length === 0 ? "none" : users.join(", ")}.`;
}
