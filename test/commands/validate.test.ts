import { readFileSync } from "node:fs";
import { join } from "node:path";
import t, { type Test } from "tap";
import { schemaTexts } from "../../src/generated/schemas.js";
import { schema, schemaNames } from "../../src/commands/verbs/schema.js";
import { validate } from "../../src/commands/run/validate.js";
import { path } from "../../src/host/path.js";
import { Problem, Problems } from "../../src/problem/problem.js";
import { requireValid } from "../../src/commands/run/valid-profile.js";
import { recordedContext } from "../support/recorded-context.js";
import { scratch } from "../support/scratch.js";

const pair = join(import.meta.dirname, "../fixtures/profiles/pair.yaml");

/** In a folder of root's, wherever the clone lies: who else could change a profile is told. */
function listening(
  t: Test,
  files: Record<string, string> = {},
  options: { json?: boolean; verbose?: boolean } = {},
) {
  const { folder, file } = scratch(t);
  for (const [name, text] of Object.entries(files)) file(name, text);
  return recordedContext({ workingFolder: path(folder), ...options });
}

t.test("a valid profile is told in one line, exit code 0", async (t) => {
  const { context, results, problems } = listening(t, { "profile.yaml": readFileSync(pair, "utf8") });
  t.equal(await validate({ profiles: ["profile.yaml"] }, context), 0);
  t.same(results, ["profile.yaml is valid: 1 connection, 2 endpoints, 2 users"]);
  t.same(problems, []);
});

t.test("key stores are counted, and what there is none of is left out", async (t) => {
  const stores = "key_stores: { a: { type: Pkcs11, module: m.so } }\n";
  const users =
    "connections: { a: { endpoints: [{ ip: '::1', port: 1 }] } }\nusers: { u: { connection: a, pin: " +
    "{ prompt: true } } }\n";
  const { context, results } = listening(t, { "alone.yaml": stores, "all.yaml": `${users}${stores}` });
  for (const profile of ["alone.yaml", "all.yaml"])
    t.equal(await validate({ profiles: [profile] }, context), 0);
  t.same(results, [
    "alone.yaml is valid: 1 key store",
    "all.yaml is valid: 1 connection, 1 endpoint, 1 user, 1 key store",
  ]);
});

t.test(
  "all problems are shown, errors after warnings, and last how many of them are errors; exit code 65",
  async (t) => {
    const { context, results, notes, problems } = listening(t, {
      "p.yaml": "connections: {}\nusers: {}\nx: 1\nlog_verbosity: full\n",
    });
    t.equal(await validate({ profiles: ["p.yaml"] }, context), 65);
    t.match(problems, [
      { severity: "warning", where: { path: "p.yaml", line: 4, column: 16 } },
      { message: "connections is empty", where: { path: "p.yaml", line: 1, column: 14 } },
      { message: "users is empty", where: { path: "p.yaml", line: 2, column: 8 } },
      { message: "unknown key", where: { path: "p.yaml", line: 3, column: 1 } },
    ]);
    t.same(notes, ["p.yaml is not valid: 3 errors"]);
    t.same(results, []);
  },
);

t.test("what the vendor recommends instead is said to those who want to know", async (t) => {
  const users =
    "connections: { a: { endpoints: [{ ip: '::1', port: 1 }] } }\nusers: { u: { connection: a, pin: " +
    "{ prompt: true } } }\n";
  const files = {
    "p.yaml": `${users}amplia: { version: "4.9.0" }\nkey_stores: { a: { type: Pkcs11, user: u } }\n`,
  };
  for (const verbose of [false, true]) {
    const { context, problems } = listening(t, files, { verbose });
    t.equal(await validate({ profiles: ["p.yaml"] }, context), 0);
    t.same(
      problems.map(({ code }) => code),
      verbose ? ["profile-key-store-tip"] : [],
    );
  }
});

t.test("--json is one document with the same problems, and nothing else", async (t) => {
  const { context, documents, results, notes, problems } = listening(
    t,
    { "p.yaml": "connections: {}\nusers: {}\n" },
    { json: true },
  );
  t.equal(await validate({ profiles: ["p.yaml"] }, context), 65);
  t.match(JSON.parse(JSON.stringify(documents)), [
    {
      valid: false,
      problems: [
        { code: "profile-value-invalid", severity: "error", where: { path: "p.yaml", line: 1, column: 14 } },
        {},
      ],
    },
  ]);
  t.same([results, notes, problems], [[], [], []]);
});

t.test("warnings alone leave a profile valid", async (t) => {
  const text = "connections: { a: { ip: hsm.example.org, port: 1 } }\nusers: { u: { connection: a } }\n";
  const { context, documents } = listening(t, { "p.yaml": text }, { json: true });
  t.equal(await validate({ profiles: ["p.yaml"] }, context), 0);
  t.match(documents, [{ valid: true, problems: [{ code: "profile-address-name" }] }]);
});

t.test("a missing profile is a problem like any other", async (t) => {
  const { context, problems } = listening(t);
  t.equal(await validate({ profiles: ["nowhere.yaml"] }, context), 65);
  t.match(problems, [{ code: "profile-missing", where: { path: "nowhere.yaml" } }]);
});

t.test("schema prints the profile's schema by default, and each that there is can be named", async (t) => {
  const { context, results } = listening(t);
  t.equal(await schema.run({}, context), 0);
  t.match(JSON.parse(results[0] ?? ""), { $id: "urn:knetctl:schema:profile", title: "knetctl profile" });
  t.strictSame([...schemaNames].sort(), Object.keys(schemaTexts).sort());
});

t.test("several profiles are all checked, whatever is wrong with one of them", async (t) => {
  const files = { "good.yaml": readFileSync(pair, "utf8"), "bad.yaml": "users: {}\n" };
  const profiles = ["bad.yaml", "missing.yaml", "good.yaml"];
  const said = listening(t, files);
  t.equal(await validate({ profiles }, said.context), 65);
  t.same(said.notes, [
    "bad.yaml is not valid: 2 errors",
    "missing.yaml could not be checked",
    "2 of 3 profiles are not valid",
  ]);
  t.same(said.results, ["good.yaml is valid: 1 connection, 2 endpoints, 2 users"]);
  const json = listening(t, files, { json: true });
  await validate({ profiles }, json.context);
  t.match(json.documents, [
    {
      valid: false,
      profiles: [
        { profile: "bad.yaml", valid: false },
        { profile: "missing.yaml", valid: false, problems: [{ code: "profile-missing" }] },
        { profile: "good.yaml", valid: true, problems: [] },
      ],
    },
  ]);
  const all = listening(t, files);
  t.equal(await validate({ profiles: ["good.yaml", "good.yaml"] }, all.context), 0);
  t.equal(all.results.at(-1), "all 2 profiles are valid");
});

t.test("advice to a profile's author is left to validate, also where the profile is not valid", (t) => {
  const tip = new Problem("profile-key-store-tip", "x", { severity: "warning" });
  const wrong = new Problem("profile-value-invalid", "x");
  t.strictSame(
    thrownBy(() => requireValid({ problems: [tip, wrong] })),
    [wrong],
  );
  t.end();
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof Problems ? error.list : error;
  }
}
