import { keyName, variantsText } from "../../members/member-problems.js";
import type { MemberResult, UserComparison } from "../../members/member-proof.js";
import { endpointText } from "../../formats/text/endpoint-text.js";
import type { ConnectionProof, MemberEvent } from "../../members/prove-members.js";
import { isError, type Problem } from "../../problem/problem.js";
import { asWord } from "../../language/spoken.js";
import { cleanLine } from "../text/clean-text.js";
import type { Style } from "../terminal/output.js";
import { durationText } from "../terminal/progress-lines.js";
import { table } from "../text/table.js";

/** The document of `ha prove --json`. Schema: schemas/report.schema.json. */
export function proofJson(
  proofs: readonly ConnectionProof[],
  problems: readonly Problem[],
): Readonly<Record<string, unknown>> {
  const connections = proofs.map(({ connection, members, comparisons }) => ({
    connection,
    members: members.map(({ endpoint: { ip, port }, tokens }) => ({ endpoint: { ip, port }, tokens })),
    comparisons,
  }));
  return { connections, problems };
}

/** For people: each connection's members and users, then what its members hold. */
export function proofText(proofs: readonly ConnectionProof[], style: Style): string {
  return proofs.map((proof) => connectionText(proof, style)).join("\n\n");
}

function connectionText({ connection, members, comparisons }: ConnectionProof, style: Style): string {
  const rows = members.flatMap(({ endpoint, tokens }) =>
    tokens.map(({ user, result, inventory, reason = "" }) => [
      endpointText(endpoint),
      user,
      results[result],
      inventory === undefined ? "-" : String(inventory.objects.length),
      reason,
    ]),
  );
  const columns = [
    { title: "member" },
    { title: "user" },
    {
      title: "proof",
      areWords: true,
      paint: (cell: string, english: string) => paint(cell, english, style),
    },
    { title: "objects", align: "right" as const },
    { title: "why" },
  ];
  const [titles = "", ...lines] = table(rows, columns).split("\n");
  return [
    style.bold(cleanLine(`connection ${connection}`)),
    style.dim(titles),
    ...lines,
    ...comparisons.map((comparison) => comparisonText(comparison, style)),
  ].join("\n");
}

function comparisonText(
  { user, members, same, differences, complete }: UserComparison,
  style: Style,
): string {
  const heading = `\n${style.bold(cleanLine(`keys of ${user}`))}`;
  if (members.length < 2)
    return (
      `${heading}\nnothing to compare: ` +
      `${members.length === 0 ? "no member" : `only ${members.map(cleanLine).join()}`} was proven`
    );
  if (same + differences.length === 0)
    return `${heading}\nthere are no objects on ${members.map(cleanLine).join(", ")}`;
  const cut = complete ? "" : ", as far as they were looked at";
  const found =
    `${same} ${same === 1 ? "object is" : "objects are"} the same on ` +
    `${members.map(cleanLine).join(", ")}${cut}`;
  if (differences.length === 0) return `${heading}\n${found}`;
  const rows = differences.map((difference) => [
    kinds[difference.kind],
    keyName(difference),
    variantsText(difference),
  ]);
  const columns = [
    { title: "difference", areWords: true, paint: (cell: string) => style.red(cell) },
    { title: "key" },
    { title: "where" },
  ];
  const [titles = "", ...lines] = table(rows, columns).split("\n");
  return [heading, found, style.dim(titles), ...lines].join("\n");
}

/** All in one line: each user on each member, and what is wrong besides. */
export function proofVerdict(proofs: readonly ConnectionProof[], problems: readonly Problem[]): string {
  const tokens = proofs.flatMap(({ members }) => members.flatMap((member) => member.tokens));
  const passed = tokens.filter(({ result }) => result === "proven").length;
  const proven = `${passed} of ${tokens.length} proofs passed`;
  const differ = proofs.some(({ comparisons }) =>
    comparisons.some(({ differences }) => differences.length > 0),
  );
  const keys = differ ? ["the members do not hold the same keys"] : [];
  return [...(problems.some(isError) ? [`failed: ${proven}`] : [proven]), ...keys].join("; ");
}

const results: Readonly<Record<MemberResult, string>> = {
  proven: asWord("proven"),
  reached: asWord("reached"),
  failed: asWord("failed"),
  unreachable: asWord("unreachable"),
  refused: asWord("refused"),
  "not-tried": asWord("not-tried"),
};

const kinds: Readonly<Record<UserComparison["differences"][number]["kind"], string>> = {
  different: asWord("different"),
  missing: asWord("missing"),
};

/** The cell is already padded; colour does not change its width. */
function paint(cell: string, english: string, style: Style): string {
  switch (english) {
    case "proven":
      return style.green(cell);
    case "reached":
    case "not-tried":
      return style.yellow(cell);
    default:
      return style.red(cell);
  }
}

/** A member and user being tested, or their result. */
export function memberEventText({ type, member, user, result, ms = 0 }: MemberEvent, style: Style): string {
  const what = cleanLine(`${member} as ${user}`);
  if (type === "member-started") return `${what} …`;
  return (
    `${result === "proven" || result === "reached" ? style.green("✓") : style.red("✗")} ${what}  ` +
    durationText(ms)
  );
}
