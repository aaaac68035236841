import t from "tap";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { compose } from "../../../src/commands/targets/compose.js";
import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import { hostileNames, hostileProfile, pinFileOf, someHostiles } from "../../support/hostile-names.js";

/** The schema that the Compose Specification publishes, as a linter for Compose files carries it. */
const schema: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../node_modules/dclint/schemas/compose.schema.json"), "utf8"),
);
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const valid = ajv.compile(withoutDialect(schema));

/** Its `$schema` names draft 7 in a spelling that ajv does not know. */
function withoutDialect(of: unknown): object {
  if (typeof of !== "object" || of === null) throw new TypeError("no schema");
  return Object.fromEntries(Object.entries(of).filter(([key]) => key !== "$schema"));
}

const stores = { k: { type: "Pkcs11", user: "ca_signer" } };

t.test("it is a Compose file, with and without key stores, health and PINs", async (t) => {
  for (const more of [{}, { key_stores: stores }, { service: { health: "http://localhost/$x" } }]) {
    const text = await compose(await hostileProfile(["ca_signer", "b"], more), {});
    t.ok(valid(parse(text ?? "", { version: "1.1" })), JSON.stringify(valid.errors));
  }
});

t.test("a key that Compose does not know would be seen, wherever it stood", async (t) => {
  const profile = await hostileProfile(["ca_signer"], {
    key_stores: stores,
    service: { health: "http://a/" },
  });
  const text = (await compose(profile, {})) ?? "";
  const places = mapsIn(parse(text, { version: "1.1" }));
  t.ok(places.length > 8, `${places.length}`);
  for (const [index, at] of places.entries()) {
    const read: unknown = parse(text, { version: "1.1" });
    Object.assign(mapsIn(read)[index]?.map ?? {}, { unheard_of: [[]] });
    t.notOk(valid(read), at.path);
  }
});

/** Every map in a value, with its path. */
function mapsIn(value: unknown, path = ""): readonly { readonly path: string; readonly map: object }[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, one]) => mapsIn(one, `${path}/${key}`));
  return Array.isArray(value) ? inner : [{ path, map: value }, ...inner];
}

t.test(
  "the application starts after each proof, as the service's ids, and has no PIN with its settings",
  async (t) => {
    const profile = await hostileProfile(["ca_signer"], { key_stores: stores });
    const ids = { uid: 5001, gid: 5002 };
    const read: unknown = parse((await compose(profile, { ids, image: "example.org/app:1" })) ?? "");
    t.match(read, {
      services: {
        "prove-ca-signer": {
          image: "example.org/app:1-proof",
          user: "5001:5002",
          read_only: true,
          cap_drop: ["ALL"],
        },
        application: {
          image: "example.org/app:1",
          depends_on: { "prove-ca-signer": { condition: "service_completed_successfully" } },
          user: "5001:5002",
          env_file: [{ path: "./settings.env", format: "raw" }],
          read_only: true,
          secrets: undefined,
        },
      },
      secrets: { ca_signer: { file: "/run/secrets/ca_signer" } },
    });
  },
);

t.test("whatever users and files are called, Compose reads them as they are", async (t) => {
  await fc.assert(
    fc.asyncProperty(someHostiles, async (names) => {
      const environment = { A: '${HOME} $$ "x" \u2028' };
      const text = (await compose(await hostileProfile(names, { service: { environment } }), {})) ?? "";
      const read: unknown = interpolated(parse(text, { version: "1.1" }));
      t.ok(valid(read), JSON.stringify(valid.errors));
      const { services, secrets } = Object(read) as Compose;
      const { application, ...proofs } = services;
      t.equal(application?.environment?.A, environment.A);
      t.strictSame(
        Object.values(proofs).map(({ command }) => command?.[3]),
        names.map((name) => `--token-label=${name}`),
      );
      t.strictSame(new Set(Object.values(secrets).map(({ file }) => file)), new Set(names.map(pinFileOf)));
    }),
    { numRuns: cases(60), examples: [[hostileNames]] },
  );
});

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly command?: readonly string[]; readonly environment?: { readonly A: string } }>
  >;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** What Compose makes of its values: `$$` is a `$`, and any other `$` would be a variable. */
function interpolated(value: unknown): unknown {
  if (typeof value === "string") {
    if (/\$/.test(value.replaceAll("$$", ""))) throw new Error(`a variable in ${value}`);
    return value.replaceAll("$$", "$");
  }
  if (Array.isArray(value)) return value.map(interpolated);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, interpolated(one)]));
}
