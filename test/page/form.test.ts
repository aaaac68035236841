import t from "tap";
import { parse } from "yaml";
import { consumerText } from "../../src/consumers/consumers.js";
import { path } from "../../src/host/path.js";
import { parseProfile } from "../../src/profile/parse-profile.js";
import { dataFrom, dataOf, isMap, type Path, valueAt } from "../../src/page/data.js";
import { namesFor } from "../../src/page/browser/model.js";
import { keyStoreTypes } from "../../src/profile/key-stores/key-store-types.js";
import { withoutField } from "../../src/page/kept.js";
import { outputsOf } from "../../src/page/outputs.js";
import { keysOf, profileSchema, resolved, type Schema, shapeOf } from "../../src/page/shape.js";
import { takeOver } from "../../src/page/take-over.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";
import { validProfiles } from "../fuzz/profile-texts.js";
import { cases } from "../support/cases.js";
import fc from "../support/fast-check.js";

const empty = new Map<string, never>();

t.test(
  "a key store's user is one of the profile's where its type says so, and free text where not",
  async (t) => {
    const store = (type: string) =>
      dataFrom(
        new Map(
          Object.entries({
            users: { ca: {} },
            key_stores: { S: { type } },
            consumers: { c: { type: "nginx" } },
          }),
        ),
      );
    for (const [name, { references }] of keyStoreTypes)
      t.strictSame(
        namesFor(store(name), ["key_stores", "S", "user"]),
        references.includes("user") ? ["ca"] : undefined,
        name,
      );
    t.strictSame(namesFor(store("Pkcs11"), ["consumers", "c", "user"]), ["ca"]);
  },
);

/** Every schema that a profile's parts may have, with its place for people. */
function reached(
  schema: Schema,
  place: string,
  seen = new Set<string>(),
): readonly (readonly [string, Schema])[] {
  if (seen.has(place.split(".").slice(-3).join("."))) return [];
  const shape = shapeOf(schema);
  const below = (name: string, next: Schema) => reached(next, `${place}.${name}`, seen);
  const own = [[place, schema] as const];
  switch (shape?.kind) {
    case "group":
    case "one-of":
    case "short":
      return [...own, ...shape.keys.flatMap(({ name, schema: next }) => below(name, next))];
    case "named":
    case "list":
      return [...own, ...below("*", shape.item)];
    case "variant":
      return [...own, ...[...shape.types].flatMap(([name, next]) => below(name, next))];
    case "text":
    case "choice":
    case "flag":
    case "mark":
    case undefined:
      return own;
  }
}

t.test("every part of a profile's schema has a field, without a second list", async (t) => {
  const all = keysOf(profileSchema).flatMap(({ name, schema }) => reached(schema, name));
  t.ok(all.length > 60, `${all.length} of them`);
  t.strictSame(
    all.filter(([, schema]) => shapeOf(schema) === undefined).map(([place]) => place),
    [],
  );
  // what the client's own form has as one value or a list is turned into endpoints when it is taken over
  t.strictSame(
    keysOf(profileSchema).map(({ name }) => name),
    Object.keys(resolved(profileSchema).properties ?? {}).filter((name) => name !== "$schema"),
  );
});

t.test("nothing of a profile is lost by way of the form", async (t) => {
  await fc.assert(
    fc.asyncProperty(validProfiles, async (text) => {
      const taken = await takeOver(Buffer.from(text), "profile.json", empty);
      if (!("data" in taken)) {
        t.fail(JSON.stringify(taken));
        return;
      }
      const { outputs } = await outputsOf(taken.data, new Map());
      const profile = outputs[0]?.text ?? "";
      // what it reads as, in the same order; some names are those of an object's own parts
      if (taken.is === "profile")
        t.equal(JSON.stringify(parse(profile)), JSON.stringify(inEndpoints(JSON.parse(text))));
    }),
    { numRuns: cases(300) },
  );
});

/** As the form has connections in the client's own form. */
function inEndpoints(profile: unknown): unknown {
  const { connections, ...others } = profile as { connections: Record<string, Record<string, unknown>> };
  const changed = Object.entries(connections).map(([name, { ip, port, ...rest }]) => {
    const [ips, ports] = [ip, port].map((value) => (Array.isArray(value) ? value : [value]) as unknown[]);
    const endpoints = ips?.map((one, at) => ({ ip: one, port: ports?.[at] }));
    return [name, ip === undefined ? rest : { endpoints, ...rest }] as const;
  });
  return { connections: Object.fromEntries(changed), ...others };
}

t.test("what has no field stays, and is told", async (t) => {
  const text = `
connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 60161, weight: 3 }] } }
users: { u: { connection: a } }
service: [1, 2]
future_key: { deep: [{ x: 1 }] }
key_stores: { K: { type: Unheard, level: 3 } }
`;
  const reading = await readProfile(Buffer.from(text), "p.yaml");
  const data = "document" in reading ? dataOf(reading.document.root) : undefined;
  if (!isMap(data)) throw new Error("no data");
  const kept: readonly Path[] = withoutField(data, profileSchema);
  t.strictSame(kept, [
    ["connections", "a", "endpoints", 0, "weight"],
    ["service"],
    ["future_key"],
    ["key_stores", "K"],
  ]);
  const { outputs, problems } = await outputsOf(data, new Map());
  t.strictSame(parse(outputs[0]?.text ?? ""), parse(text));
  t.ok(problems.some(({ path }) => path.join() === "future_key"));
});

t.test("a problem is at its field, and what is missing at the field that lacks it", async (t) => {
  const text = `
connections: { a: { endpoints: [{ ip: 10.1.2.300, port: 60161 }, { ip: 10.1.2.4 }] } }
users: { u: { connection: b } }
`;
  const reading = await readProfile(Buffer.from(text), "p.yaml");
  const data = "document" in reading ? dataOf(reading.document.root) : undefined;
  if (!isMap(data)) throw new Error("no data");
  const { problems } = await outputsOf(data, new Map());
  const places = problems.filter(({ severity }) => severity === "error").map(({ path }) => path.join("."));
  t.strictSame(places, [
    "connections.a.endpoints.0.ip",
    "connections.a.endpoints.1.port",
    "users.u.connection",
  ]);
  t.equal(valueAt(data, ["connections", "a", "endpoints", 0, "ip"]), "10.1.2.300");
});

t.test("each application of the profile has a file, as render prints it", async (t) => {
  const text = `
connections: { a: { endpoints: [{ ip: 10.1.2.3, port: 60161 }] } }
users: { u: { connection: a, pin: { file: /run/pin } } }
consumers: { knet: { type: p11-kit }, rpki: { type: krill } }
`;
  const reading = await readProfile(Buffer.from(text), "p.yaml");
  const document = "document" in reading ? reading.document : undefined;
  const data = document && dataOf(document.root);
  if (document === undefined || !isMap(data)) throw new Error("no data");
  const { profile } = parseProfile(document, path("/etc/knetctl"));
  const { outputs } = await outputsOf(data, new Map());
  t.strictSame(
    outputs.filter(({ id }) => id.startsWith("consumer-")).map(({ text: made }) => made),
    [...(profile?.consumers?.values() ?? [])].map((one) => consumerText(one, undefined)),
  );
  const shown = await outputsOf(data, new Map([["u", "1234"]]));
  t.match(shown.outputs.find(({ title }) => title === "rpki (krill)")?.text, 'user_pin = "1234"');
});
