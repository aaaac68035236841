import { readFileSync } from "node:fs";
import { join } from "node:path";
import { namedVerb } from "../../src/commands/command-line/named-verb.js";
import type { DrillEvent } from "../../src/members/drill.js";
import type { MemberEvent } from "../../src/members/prove-members.js";
import type { ProgressEvent } from "../../src/workflow/progress.js";

/** The `type` of a JSON line on standard error. */
type LineType = ProgressEvent["type"] | MemberEvent["type"] | DrillEvent["type"] | "member-dead" | "left";

type LineSet = "stage" | "proof" | "changes" | "undo" | "left" | "members" | "drill";

/** Every type of line, by what it tells of. */
const setOf: Readonly<Record<LineType, LineSet>> = {
  "staging-started": "stage",
  "staging-done": "stage",
  "not-staged": "stage",
  "proof-started": "proof",
  "proof-done": "proof",
  "change-started": "changes",
  "change-note": "changes",
  "change-report": "changes",
  "change-done": "changes",
  "change-failed": "changes",
  "rollback-started": "undo",
  "taking-back": "undo",
  "change-undone": "undo",
  "undo-failed": "undo",
  left: "left",
  "member-started": "members",
  "member-done": "members",
  "member-dead": "drill",
  "scenario-started": "drill",
  "scenario-done": "drill",
};

/** Sets of lines with their types, in the order in which a run writes them. */
export const lineSets: ReadonlyMap<string, readonly string[]> = new Map(
  Object.values(setOf).map((set) => [
    set,
    Object.entries(setOf).flatMap(([type, its]) => (its === set ? [type] : [])),
  ]),
);

export interface JsonRow {
  /** Names in `$defs` of schemas/report.schema.json. */
  readonly documents: readonly string[];
  readonly lines: readonly LineSet[];
}

const run: readonly LineSet[] = ["stage", "proof", "changes", "undo", "left"];
const edit: JsonRow = { documents: ["apply", "plan"], lines: run };

/** What each command prints with `--json`, besides `failure`. */
export const jsonTable: Readonly<Record<string, JsonRow>> = {
  init: { documents: ["init"], lines: [] },
  validate: { documents: ["validate"], lines: [] },
  render: { documents: ["render"], lines: [] },
  plan: { documents: ["plan"], lines: [] },
  rehearse: { documents: ["rehearse"], lines: ["stage", "proof"] },
  apply: { documents: ["apply", "plan"], lines: run },
  verify: { documents: ["verify"], lines: ["proof"] },
  history: { documents: ["history", "run"], lines: [] },
  rollback: { documents: ["rollback", "rollbackTo"], lines: ["changes", "undo", "left"] },
  smoke: { documents: ["smokeTest"], lines: [] },
  prove: { documents: ["consumerProof"], lines: [] },
  doctor: { documents: ["doctor"], lines: [] },
  report: { documents: ["supportReport"], lines: [] },
  "ha list": { documents: ["haList"], lines: [] },
  "ha set": edit,
  "ha add": edit,
  "ha remove": edit,
  "ha promote": edit,
  "ha probe": { documents: ["haProbe"], lines: [] },
  "ha prove": { documents: ["membersProof"], lines: ["members"] },
  "ha drill": { documents: ["drill"], lines: ["drill"] },
  "simulator start": { documents: ["simulated", "simulatedMember"], lines: [] },
  "simulator stop": { documents: ["simulatedMember"], lines: [] },
  "simulator archive": { documents: ["simulatedArchive"], lines: [] },
  demo: { documents: [], lines: [] },
  schema: { documents: [], lines: [] },
  completion: { documents: ["completion"], lines: [] },
  version: { documents: ["parts"], lines: [] },
};

interface Schema {
  readonly anyOf: readonly { readonly $ref: string }[];
  readonly $defs: Readonly<
    Record<string, { readonly description?: string; readonly properties?: Readonly<Record<string, unknown>> }>
  >;
}

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../schemas/report.schema.json"), "utf8"),
) as Schema;

/** The documents of the schema by their names, with their descriptions and keys. */
export const documents: ReadonlyMap<string, { readonly text: string; readonly keys: readonly string[] }> =
  new Map(
    schema.anyOf.map(({ $ref }) => {
      const name = $ref.replace("#/$defs/", "");
      const { description = "", properties = {} } = schema.$defs[name] ?? {};
      return [name, { text: description, keys: Object.keys(properties) }];
    }),
  );

/**
 * What a command line printed with `--json` although the table does not have it for its command: a document
 * of other keys, or a line of another type; undefined if there is nothing.
 */
export function notInTable(args: readonly string[], document: object, stderr: string): string | undefined {
  const path = namedVerb(args).path.join(" ");
  const row = jsonTable[path];
  if (row === undefined || row.documents.length === 0) return undefined;
  const keys = Object.keys(document);
  const isKnown = ["failure", ...row.documents].some((name) =>
    keys.every((key) => documents.get(name)?.keys.includes(key)),
  );
  if (!isKnown) return `${path}: no document has the keys ${keys.join(", ")}`;
  const types = row.lines.flatMap((set) => lineSets.get(set) ?? []);
  const stray = stderr
    .split("\n")
    .filter((line) => line.startsWith('{"type":'))
    .map((line) => String((JSON.parse(line) as { type: unknown }).type))
    .find((type) => !types.includes(type));
  return stray === undefined ? undefined : `${path}: no line has the type ${stray}`;
}
