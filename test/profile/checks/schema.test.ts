import t from "tap";
import { schemaTexts } from "../../../src/generated/schemas.js";
import { parsed } from "../problems-of.js";

const schema: unknown = JSON.parse(schemaTexts.profile);

function member(node: unknown, key: string): unknown {
  return typeof node === "object" && node !== null
    ? new Map<string, unknown>(Object.entries(node)).get(key)
    : undefined;
}

/** Each property of the schema, wherever it stands, by its path. */
function properties(node: unknown, at: string): readonly (readonly [path: string, property: unknown])[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: readonly [string, unknown]) => [
    ...(key === "properties"
      ? Object.entries(value ?? {}).map(
          ([name, property]: readonly [string, unknown]) => [`${at}/${name}`, property] as const,
        )
      : []),
    ...properties(value, `${at}/${key}`),
  ]);
}

t.test("every key of a profile is described", async (t) => {
  for (const [path, property] of properties(schema, "")) {
    if (typeof property === "boolean") continue;
    const described =
      member(property, "description") ??
      member(
        member(member(schema, "$defs"), String(member(property, "$ref")).replace("#/$defs/", "")),
        "description",
      );
    t.type(described, "string", path);
  }
});

t.test("every example of a key store is one", async (t) => {
  const profile = {
    connections: { hsm_1: { endpoints: [{ ip: "10.1.2.3", port: 1 }] } },
    users: { ca_signer: { connection: "hsm_1", pin: { prompt: true } } },
  };
  for (const name of ["pkcs11KeyStore", "kryptusKeyStore", "azureKeyStore", "dinamoKeyStore"]) {
    const examples = member(member(member(schema, "$defs"), name), "examples");
    const list: readonly unknown[] = Array.isArray(examples) ? examples : [];
    t.ok(list.length > 0, name);
    for (const example of list) {
      const { problems } = await parsed(JSON.stringify({ ...profile, key_stores: { s: example } }));
      t.same(
        problems.filter(({ severity }) => severity === "error"),
        [],
        name,
      );
    }
  }
});

t.test(
  "an account may be a directory's, named with its domain; what no account can be called is refused",
  async (t) => {
    const errors = async (user: string) => {
      const profile = {
        connections: { hsm_1: { endpoints: [{ ip: "10.1.2.3", port: 1 }] } },
        users: { ca_signer: { connection: "hsm_1", pin: { prompt: true } } },
        service: { user, group: user },
      };
      return (await parsed(JSON.stringify(profile))).problems.filter(({ severity }) => severity === "error")
        .length;
    };
    for (const name of [
      "amplia",
      "machine$",
      "svc-amplia@example.org",
      "0815@corp",
      "a-name-of-more-than-thirty-two-letters@corp.example.org",
    ])
      t.equal(await errors(name), 0, name);
    for (const name of ["0815", "@corp", "a@", "a@b@c", "a:b", "-a@corp", "a b@corp", "a@corp\n", "a@corp:x"])
      t.not(await errors(name), 0, name);
  },
);
