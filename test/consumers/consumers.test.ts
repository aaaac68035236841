import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { consumerTypes } from "../../src/consumers/consumer-types.js";
import { consumers } from "../../src/consumers/consumers.js";
import { editEntries } from "../../src/formats/entries/entry-editor.js";
import type { ProfileConsumer } from "../../src/profile/types.js";
import { parsed } from "../profile/problems-of.js";

const clone = join(import.meta.dirname, "../..");
const golden = join(clone, "test/golden/consumers");

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
}

const { $defs } = JSON.parse(readFileSync(join(clone, "schemas/profile.schema.json"), "utf8")) as {
  readonly $defs: Readonly<Record<string, Schema>>;
};
const inSchema = new Map(
  $defs["consumer"]!.oneOf!.map(({ $ref }) => {
    const schema = $defs[$ref!.replace("#/$defs/", "")]!;
    return [schema.properties!["type"]!.const!, schema] as const;
  }),
);

const pin = 'it\'s "4711" \\ #;=$' + "{x}";

/** The consumer of a case, from a profile with the user that it names. */
async function wantedIn(folder: string): Promise<ProfileConsumer> {
  const entry = readFileSync(join(folder, "consumer.yaml"), "utf8").trimEnd();
  const user = "connection: hsm_1, pin: { file: /run/secrets/pin } }";
  const text = [
    "connections: { hsm_1: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }",
    `users: { ${entry.includes("ü") ? "ca signer ü" : "ca_signer"}: { ${user} }`,
    `consumers:\n  ${entry}\n`,
  ].join("\n");
  const { profile, problems } = await parsed(text);
  const [wanted] = [...(profile?.consumers?.values() ?? [])];
  if (wanted === undefined) throw new Error(JSON.stringify(problems));
  return wanted;
}

t.test("the schema has the same types in the same order, and names them all", async (t) => {
  t.same([...inSchema.keys()], consumerTypes);
  const listed = `${consumerTypes.slice(0, -1).join(", ")} or ${consumerTypes.at(-1)!}`;
  t.match($defs["consumer"]!.properties!["type"]!.description, listed);
  const others = Object.keys($defs).filter((name) => name.endsWith("Consumer"));
  t.equal(others.length, consumerTypes.length, "no definition of a type is left over");
});

t.test("every type has its golden files, and there are no others", async (t) => {
  t.same(readdirSync(golden).sort(), [...consumerTypes].sort());
});

for (const consumer of consumers) {
  const { type, keys, pin: pinWay, place } = consumer;
  const folder = join(golden, type);

  t.test(`${type}: the schema has its keys, each of its kind, and no others`, async (t) => {
    const { properties = {}, required = [] } = inSchema.get(type) ?? {};
    const common = [
      "type",
      "user",
      "module",
      ...(place.kind === "paste" ? [] : ["file"]),
      ...(pinWay === "file" ? ["pin_file"] : []),
    ];
    t.same(Object.keys(properties).sort(), [...common, ...Object.keys(keys)].sort());
    for (const [key, { kind }] of Object.entries(keys)) {
      const { $ref, ...own } = properties[key]!;
      const schema = $ref === undefined ? own : $defs[$ref.replace("#/$defs/", "")]!;
      t.equal(schema.type, kind === "flag" ? "boolean" : "string", key);
    }
    const needed = Object.entries(keys).flatMap(([key, rule]) => (rule.required === true ? [key] : []));
    t.same([...required].sort(), ["type", ...needed].sort());
  });

  t.test(`${type}: its text is the golden one, byte for byte`, async (t) => {
    const wanted = await wantedIn(folder);
    const text = consumer.text(wanted, pin);
    const expected = join(folder, "text");
    if (process.env["KNETCTL_WRITE_GOLDEN"] === "1") writeFileSync(expected, text);
    t.equal(text, readFileSync(expected, "utf8"));
    t.ok(text.endsWith("\n") && !text.includes("undefined"));
    t.equal(
      consumer.text(wanted, "another") === text,
      pinWay !== "literal",
      "the PIN, only where it must be",
    );
  });

  if (place.kind === "entry" && existsSync(join(folder, "before")))
    t.test(`${type}: its entry goes into somebody's file, and out again`, async (t) => {
      const wanted = await wantedIn(folder);
      const before = readFileSync(join(folder, "before"), "utf8");
      const edited = editEntries(place.editor, before, new Map([[wanted.name, consumer.text(wanted, pin)]]));
      const expected = join(folder, "after");
      if (process.env["KNETCTL_WRITE_GOLDEN"] === "1") writeFileSync(expected, edited.text);
      t.notOk("fault" in edited, JSON.stringify(edited));
      t.equal(edited.text, readFileSync(expected, "utf8"));
      t.equal(place.editor.remove(edited.text, wanted.name), before);
    });

  t.test(`${type}: no command of its proof has the PIN, and none is without its program`, async (t) => {
    const wanted = await wantedIn(folder);
    const proof = consumer.proof?.(wanted);
    for (const { line, environment = {}, does } of proof?.commands ?? []) {
      t.match(line[0], /^[a-z0-9][a-z0-9+._-]*$/, "a bare name");
      t.notMatch(JSON.stringify([line, environment]), /4711/);
      t.match(does, /^[a-z]/);
    }
    t.notOk(proof?.commands.length === 0);
  });
}
