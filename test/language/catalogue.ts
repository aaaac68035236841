import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { described, kindsOf } from "../../src/profile/words/schema-words.js";
import { profileSchemaText } from "../../src/generated/schemas.js";
import { sentencesOf } from "../../src/page/explained.js";
import { leftOutOf } from "./left-out.js";
import { textsIn } from "./texts.js";

const source = join(import.meta.dirname, "../../src");
export const catalogueFolder = join(source, "language/pt-br");

/** The files of the catalogue, and what begins the names of the files of src whose texts each holds. */
const rooms: readonly (readonly [file: string, ...from: string[]])[] = [
  ["ui", "ui/"],
  ["command-line", "commands/command-line/", "commands/verbs/", "cli.ts", "main.ts"],
  ["doctor", "commands/doctor/"],
  ["ha", "commands/ha/"],
  ["init", "commands/init/"],
  ["commands", "commands/", "description/"],
  ["key-stores", "steps/key-stores/"],
  ["steps", "steps/"],
  ["workflow", "workflow/", "problem/"],
  ["worker", "pkcs11/worker/"],
  ["pkcs11", "pkcs11/"],
  ["members", "members/", "simulator/"],
  ["vhsm", "vhsm/"],
  ["profile-key-stores", "profile/key-stores/"],
  ["profile", "profile/", "consumers/"],
  ["installer", "host/installer/", "host/archive/"],
  ["stage", "host/stage/", "host/sandbox/", "host/service/", "host/unit/"],
  ["host", "host/"],
  ["formats", "formats/", "vendor/", "language/"],
  ["page", "page/", "pictures/"],
];

/** The catalogue's file for a text of a file of src. */
function roomOf(file: string): string {
  const room = rooms.find(([, ...from]) => from.some((start) => file.startsWith(start)));
  if (room === undefined) throw new Error(`no file of the catalogue is for src/${file}`);
  return room[0];
}

/** Every text of the source, by the catalogue's file that it belongs into: the first that uses it. */
export function wantedTexts(): ReadonlyMap<string, readonly string[]> {
  const texts = new Map(rooms.map(([file]) => [file, new Set<string>()]));
  for (const file of sourceFiles()) {
    const isLeftOut = leftOutOf(file);
    if (isLeftOut === undefined) continue;
    for (const text of textsIn(file, readFileSync(join(source, file), "utf8"), isLeftOut))
      texts.get(roomOf(file))?.add(text);
  }
  for (const text of schemaTexts()) texts.get("profile")?.add(text);
  const { properties, $defs } = JSON.parse(profileSchemaText) as { properties: object; $defs: object };
  for (const text of descriptionsIn([properties, $defs])) if (text !== "") texts.get("page")?.add(text);
  const seen = new Set<string>();
  return new Map(
    [...texts].map(([file, all]) => {
      const own = [...all].filter((text) => !seen.has(text)).sort();
      for (const text of own) seen.add(text);
      return [file, own];
    }),
  );
}

/** What problems quote of the profile's schema. */
function schemaTexts(): readonly string[] {
  const file = join(source, "../schemas/profile.schema.json");
  const texts = new Set<string>();
  JSON.parse(readFileSync(file, "utf8"), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const { title } = value as { title?: unknown };
    const schema = { ...value };
    for (const text of [described(schema), title, kindsOf(schema).join(" or ")])
      if (typeof text === "string" && text.includes(" ")) texts.add(text);
    return value;
  });
  return [...texts];
}

/** What the page explains its fields with, besides the sentences that problems quote. */
function descriptionsIn(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => {
    if (key === "description" && typeof value === "string") return sentencesOf(value)[1];
    return key === "propertyNames" ? [] : descriptionsIn(value);
  });
}

function sourceFiles(): readonly string[] {
  return readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("generated/"))
    .sort();
}

type Catalogue = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The catalogue as it is, by file: English texts and what they are in Portuguese. */
export function catalogue(folder = catalogueFolder): Catalogue {
  return new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => {
        const file = JSON.parse(readFileSync(join(folder, name), "utf8")) as Record<string, string>;
        return [name.replace(/\.json$/, ""), new Map(Object.entries(file))];
      }),
  );
}

/**
 * The catalogue after it was brought up to date with the texts that it is to have: what was missing is added,
 * without a translation, and what is not used any more is removed.
 */
export function updatedCatalogue(
  wanted: ReadonlyMap<string, readonly string[]>,
  folder = catalogueFolder,
): Catalogue {
  const known = new Map([...catalogue(folder).values()].flatMap((file) => [...file]));
  for (const [file, texts] of wanted) {
    const all = Object.fromEntries(texts.map((text) => [text, known.get(text) ?? ""]));
    writeFileSync(join(folder, `${file}.json`), `${JSON.stringify(all, undefined, 2)}\n`);
  }
  return catalogue(folder);
}
