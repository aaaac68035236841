import { readFileSync } from "node:fs";
import { join } from "node:path";
import { profileKeys } from "../../scripts/manual/profile-keys.mjs";
import { checks } from "../../src/commands/doctor/checks.js";
import { checkTable } from "../../src/pkcs11/check-table.js";
import { hintFor } from "../../src/pkcs11/hints.js";
import { returnValueName, vendorDefined } from "../../src/pkcs11/return-values.js";
import { problemCodes } from "../../src/problem/codes.js";
import { clientModule } from "../../src/vendor/client.js";
import { arrows } from "../support/arrows.js";
import { exitsOf } from "../../src/commands/command-line/exits.js";
import { namedVerb } from "../../src/commands/command-line/named-verb.js";
import { documents, jsonTable, lineSets } from "../support/json-table.js";
import { allVerbs, helpOf } from "./help.js";
import { clone } from "./pages.js";
import { schemaWords } from "./schema-words.js";

/** What pages hold of the program's own words, by the name in the block's mark: `command ha add`. */
export async function generatedBlocks(): Promise<ReadonlyMap<string, string>> {
  const commands = allVerbs().map(async (verb) => [`command ${verb.join(" ")}`, await usage(verb)]);
  return new Map([
    ...(await Promise.all(commands)).map(([name = "", text = ""]): [string, string] => [name, text]),
    ["command", fenced(await helpOf([]))],
    ["profile keys", profileKeyList()],
    ["return values", returnValueList()],
    ["json table", jsonCommandTable()],
    ["json documents", jsonDocumentList()],
    ["json lines", jsonLineList()],
    ["json words", jsonWordList()],
    ["smoke test", checkList()],
    ["doctor checks", doctorList()],
    ["arrows", arrowList()],
    ...problemAreas().map((area): [string, string] => [`problems ${area}`, problemList(area)]),
  ]);
}

/** A block as it stands in a page: between two comments, which a reader does not see. */
const block = /^<!-- generated: (.+) -->\n[\s\S]*?^<!-- end -->$/gm;

/** The page's text with every block as the program has it now. Throws for a block that nothing generates. */
export function withBlocks(text: string, blocks: ReadonlyMap<string, string>): string {
  return text.replaceAll(block, (_whole, name: string) => {
    const content = blocks.get(name);
    if (content === undefined) throw new Error(`nothing generates the block ${JSON.stringify(name)}`);
    return `<!-- generated: ${name} -->\n\n${wrapped(content)}\n\n<!-- end -->`;
  });
}

/** The text with those items of its lists that are wider than 120 as wide as the pages' other lines. */
function wrapped(text: string): string {
  return text.replaceAll(/^- .{119,}$/gm, (item) => {
    // what is quoted as code stays in one line, and no line begins like an item or a heading
    const words = item.match(/(?:`[^`]*`|[^\s`])+(?: (?:[-*+#>|]|\d+[.)])(?= |$))*/g) ?? [];
    const lines: string[] = [];
    for (const word of words) {
      const line = lines.at(-1);
      if (line === undefined || `${line} ${word}`.length > 110)
        lines.push(line === undefined ? word : `  ${word}`);
      else lines[lines.length - 1] = `${line} ${word}`;
    }
    return lines.join("\n");
  });
}

/** The names of the blocks in a page. */
export function blocksIn(text: string): readonly string[] {
  return [...text.matchAll(block)].map(([, name = ""]) => name);
}

/** The first words of the problems' codes, in the order of the codes. */
export function problemAreas(): readonly string[] {
  return [...new Set(Object.keys(problemCodes).map(areaOf))];
}

function areaOf(code: string): string {
  return code.split("-")[0] ?? code;
}

function problemList(area: string): string {
  return Object.entries(problemCodes)
    .filter(([code]) => areaOf(code) === area)
    .map(([code, exitCode]) => `- \`${code}\` (${exitCode})`)
    .join("\n");
}

/** The options that all verbs have are told once, with the program's own. */
async function usage(verb: readonly string[]): Promise<string> {
  const help = await helpOf(verb);
  return fenced(help.replace(/\n+Everywhere:\n[\s\S]*?(?=\n\n|$)/, ""));
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}

function profileKeyList(): string {
  return profileKeys(profileSchema)
    .map(({ path, description }) => `- \`${path}\`: ${description}`)
    .join("\n");
}

/** All that has a name in PKCS #11, and the first of the vendors' own. */
const returnValues = [...Array.from({ length: 0x300 }, (_, value) => value), vendorDefined];

/** What the smoke test says of each return value of the client, those with the same meaning together. */
function returnValueList(): string {
  const names = new Map<string, readonly string[]>();
  for (const value of returnValues) {
    const hint = hintFor(value, clientModule);
    const name = value === vendorDefined ? "0x80000000 and up" : returnValueName(value);
    if (hint !== undefined) names.set(hint, [...(names.get(hint) ?? []), `\`${name}\``]);
  }
  return [...names].map(([hint, values]) => `- ${values.join(", ")}: ${hint}`).join("\n");
}

/** A row for each command: its documents of `--json`, its JSON lines on standard error, its exit codes. */
function jsonCommandTable(): string {
  const rows = allVerbs().flatMap((words) => {
    const [path, row] = [words.join(" "), jsonTable[words.join(" ")]];
    const { verb } = namedVerb(words);
    if (row === undefined || verb === undefined) return [];
    return [[code(path), coded(row.documents), coded(row.lines), exitsOf(verb).join(", ")]];
  });
  return tableText([["command", "documents", "lines", "exit codes"], ...rows]);
}

/** As the formatter writes it: a line of titles, one of dashes, cells padded to their column's width. */
function tableText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [titles, ...lines] = [rows[0] ?? [], widths.map((width) => "-".repeat(width)), ...rows.slice(1)].map(
    (row) => `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`,
  );
  return [titles, ...lines].join("\n");
}

/** One line for each document of `--json`, by its name in the table. */
function jsonDocumentList(): string {
  return [...documents]
    .map(([name, { text, keys }]) => `- ${code(name)}, ${text}: ${coded(keys)}`)
    .join("\n");
}

function jsonLineList(): string {
  return [...lineSets].map(([set, types]) => `- ${code(set)}: ${coded(types)}`).join("\n");
}

function coded(words: readonly string[]): string {
  return words.length === 0 ? "-" : words.map(code).join(", ");
}

function code(word: string): string {
  return `\`${word}\``;
}

/** The keys of `--json` documents that hold one of a few words, with these. */
function jsonWordList(): string {
  return [...schemaWords(reportSchema)]
    .filter(([, words]) => words.size > 1)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, words]) => `- \`${key}\`: ${[...words].map((word) => `\`${word}\``).join(", ")}`)
    .join("\n");
}

const profileSchema: unknown = JSON.parse(readFileSync(join(clone, "schemas/profile.schema.json"), "utf8"));
const reportSchema: unknown = JSON.parse(readFileSync(join(clone, "schemas/report.schema.json"), "utf8"));

function arrowList(): string {
  return Object.entries(arrows)
    .map(([from, targets]) => `- \`${from}\`${targets.length === 0 ? "" : ` → ${targets.join(", ")}`}`)
    .join("\n");
}

function checkList(): string {
  return Object.entries(checkTable)
    .map(([id, { title }]) => `- \`${id}\`: ${title}`)
    .join("\n");
}

function doctorList(): string {
  return checks.map(({ id, title }) => `- \`${id}\`: ${title}`).join("\n");
}
