import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { keyStoreTypes, typeNames } from "../../../src/profile/key-stores/key-store-types.js";
import { holdsSecret, isSecretKey, mayHoldSecret } from "../../../src/profile/words/quote.js";
import { storesEdit } from "../../../src/steps/key-stores/stores-edit.js";
import { knownNames, settingsOfType, shownValue } from "../../../src/steps/key-stores/setting-names.js";
import { path } from "../../../src/host/path.js";

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
}

const schemas = join(import.meta.dirname, "../../../schemas");
const { $defs } = JSON.parse(readFileSync(join(schemas, "profile.schema.json"), "utf8")) as {
  readonly $defs: Readonly<Record<string, Schema>>;
};
const inSchema = new Map(
  $defs["keyStore"]!.oneOf!.map(({ $ref }) => {
    const schema = $defs[$ref!.replace("#/$defs/", "")]!;
    return [schema.properties!["type"]!.const!, schema] as const;
  }),
);

t.test("the schema has the same types in the same order, and names them all", async (t) => {
  t.same([...inSchema.keys()], typeNames);
  const listed = `${typeNames.slice(0, -1).join(", ")} or ${typeNames.at(-1)!}`;
  t.match($defs["keyStore"]!.properties!["type"]!.description, listed);
  const others = Object.keys($defs).filter((name) => name.endsWith("KeyStore"));
  t.equal(others.length, typeNames.length, "no definition of a type is left over");
});

for (const [name, { keys, references }] of keyStoreTypes) {
  const { properties = {}, required = [] } = inSchema.get(name) ?? {};

  t.test(`${name}: the schema has its keys, each of its kind, and no others`, async (t) => {
    t.same(Object.keys(properties).sort(), ["type", "target", ...Object.keys(keys), ...references].sort());
    for (const [key, { kind }] of Object.entries(keys)) {
      const schema = properties[key];
      t.equal(schema?.$ref === "#/$defs/pin", kind === "secret", `${key} takes the source of a secret`);
      t.equal(schema?.type === "boolean", kind === "flag", `${key} is true or false`);
    }
    for (const key of references) t.equal(properties[key]?.type, "string", key);
    const needed = Object.entries(keys).flatMap(([key, rule]) => (rule.required === true ? [key] : []));
    t.same([...required].sort(), ["type", ...needed].sort());
  });

  t.test(`${name}: what is secret is treated as one under the key and under the setting`, async (t) => {
    for (const [key, { kind, setting }] of Object.entries(keys)) {
      for (const word of [key, setting]) {
        t.equal(isSecretKey(word), kind === "secret", word);
        if (kind === "secret") t.ok(holdsSecret(`${word}=1234`), `${word}=`);
        if (kind === "secret") t.ok(mayHoldSecret(`${word} 1234`), `${word} 1234`);
      }
      if (kind === "secret") t.equal(shownValue(setting, "libX.so", []), "<another value>");
    }
  });

  t.test(`${name}: a store that knetctl made goes with every one of its settings`, async (t) => {
    const own = settingsOfType(name) ?? [];
    t.same([...own].sort(), ["Type", ...Object.values(keys).map(({ setting }) => setting)].sort());
    t.ok(own.every((setting) => knownNames.includes(setting)));
    const target = { path: path("/etc/amplia/appsettings.conf"), form: "ini" } as const;
    const { edit, kept } = storesEdit(
      { target, stores: [], others: "go", defaultKeyStore: { name: undefined } },
      own.map((setting, offset) => ({
        key: `KeyStores:X:${setting}`,
        value: setting === "Type" ? name : "x",
        offset,
      })),
      { ...target, service: "amplia", keyStores: ["X"] },
      new Map(),
    );
    t.same(
      [...edit.remove],
      own.map((setting) => `KeyStores:X:${setting}`),
    );
    t.same(kept, []);
  });
}
