import { endpointText } from "../formats/text/endpoint-text.js";
import type { XmlElement } from "../formats/xml-text.js";
import { mark, svgText, text } from "./svg.js";

/** What of the document of `ha prove --json` the picture is made from. */
export interface ProvenConnection {
  readonly connection: string;
  readonly members: readonly ProvenMember[];
  readonly comparisons: readonly {
    readonly user: string;
    readonly members: readonly string[];
    readonly same: number;
    readonly complete: boolean;
    readonly differences: readonly {
      readonly kind: string;
      readonly label: string;
      readonly missing: readonly string[];
    }[];
  }[];
}

export interface ProvenMember {
  readonly endpoint: { readonly ip: string; readonly port: number };
  readonly tokens: readonly { readonly user: string; readonly result: string; readonly reason?: string }[];
}

const [width, left, row] = [760, 44, 24];
const good = ["proven", "reached"];

/** Each member alone: whose tokens were proven on it, and what differs between the members' objects. */
export function proofPicture(connections: readonly ProvenConnection[]): string {
  const lines: string[] = [];
  const content: XmlElement[] = [];
  let y = 60;
  const say = (words: string, isGood: boolean | undefined, indent: number): void => {
    if (isGood !== undefined) content.push(mark(left + indent - 20, y + 15, isGood));
    content.push(text(left + indent, y + 14, words, { most: 100 - indent / 8 }));
    lines.push(words);
    y += row;
  };
  for (const { connection, members, comparisons } of connections) {
    content.push(text(24, y + 14, connection, { bold: true, size: 15, most: 60 }));
    lines.push(`connection ${connection}`);
    y += row + 6;
    for (const { endpoint, tokens } of members) {
      say(
        endpointText(endpoint),
        tokens.every(({ result }) => good.includes(result)),
        0,
      );
      for (const { user, result, reason } of tokens)
        say(`${user}: ${result}${reason === undefined ? "" : `: ${reason}`}`, good.includes(result), 28);
    }
    for (const comparison of comparisons) say(...compared(comparison), 0);
    y += 12;
  }
  return svgText({
    id: "proof",
    title: "Proof of the members",
    description: lines.join("\n"),
    width,
    height: y + 16,
    content: [text(24, 34, "Each member proven alone", { bold: true, size: 18 }), ...content],
  });
}

function compared({
  user,
  members,
  same,
  complete,
  differences,
}: ProvenConnection["comparisons"][number]): readonly [string, boolean | undefined] {
  if (members.length < 2) return [`objects of ${user}: nothing to compare`, undefined];
  if (differences.length === 0)
    return [`objects of ${user}: ${same} the same on ${members.length} members`, complete];
  const names = differences.map(({ label, kind, missing }) =>
    kind === "missing" ? `${label} is missing on ${missing.join(", ")}` : `${label} differs`,
  );
  return [`objects of ${user}: ${names.join("; ")}`, false];
}
