import t from "tap";
import { parse } from "yaml";
import { writtenProfile } from "../../src/description/written-profile.js";
import { cases } from "../support/cases.js";
import fc from "../support/fast-check.js";

const none = { head: [], stores: new Map<string, readonly string[]>() };

t.test("what belongs together is on one line", async (t) => {
  const endpoint = { ip: "10.1.2.3", port: 60161 };
  const content = new Map<string, unknown>([
    ["connections", new Map([["hsm_1", { endpoints: [endpoint] }]])],
    ["users", new Map([["ca_signer", { connection: "hsm_1", pin: { file: "/run/pin" } }]])],
    ["amplia", { version: "4.10" }],
  ]);
  t.equal(
    await writtenProfile(content, { ...none, head: ["mine"] }),
    `# mine

connections:
  hsm_1:
    endpoints:
      - { ip: 10.1.2.3, port: 60161 }
users:
  ca_signer: { connection: hsm_1, pin: { file: /run/pin } }
amplia:
  version: "4.10"
`,
  );
});

t.test("whatever the data is, YAML reads the same in it", async (t) => {
  const key = fc.string({ unit: "grapheme", maxLength: 12 }).filter((name) => name !== "__proto__");
  const { data } = fc.letrec((tie) => ({
    data: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie("data"), { maxLength: 3 }),
      fc.dictionary(key, tie("data"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(key, data, { maxKeys: 4, noNullPrototype: true }), async (content) => {
      const text = await writtenProfile(new Map(Object.entries(content)), none);
      t.strictSame(parse(text), content);
    }),
    { numRuns: cases(200) },
  );
});
