import t from "tap";
import { dataOf, isMap } from "../../src/page/data.js";
import { outputsOf } from "../../src/page/outputs.js";
import { dataIn, fragmentOf } from "../../src/page/share.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";
import { markedPin, nearProfiles, validProfiles } from "../fuzz/profile-texts.js";
import { cases } from "../support/cases.js";
import fc from "../support/fast-check.js";

async function dataOfText(text: string, name = "p.yaml") {
  const reading = await readProfile(Buffer.from(text), name);
  const data = "document" in reading ? dataOf(reading.document.root) : undefined;
  return isMap(data) ? data : undefined;
}

t.test("what is shared is what was put in", async (t) => {
  await fc.assert(
    fc.asyncProperty(validProfiles, async (text) => {
      const data = await dataOfText(text);
      if (data === undefined) return;
      const fragment = fragmentOf(data, []);
      t.match(fragment, /^profile=[\w-]+$/);
      t.strictSame(await dataIn(fragment), data);
    }),
    { numRuns: cases(100) },
  );
});

/** What of a profile's text the page's address says, as JSON. */
async function sharedOf(text: string): Promise<string> {
  const data = await dataOfText(text);
  if (data === undefined) throw new Error("no data");
  const { fragment = "" } = await outputsOf(data, new Map());
  return Buffer.from(fragment.replace("profile=", ""), "base64url").toString();
}

t.test("a PIN that somebody wrote into a profile is not in the address", async (t) => {
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(nearProfiles, async (near) => {
      if ((await dataOfText(near)) === undefined) return;
      if (near.includes(markedPin)) seen += 1;
      t.notMatch(await sharedOf(near), markedPin);
    }),
    { numRuns: cases(100) },
  );
  t.comment(`${seen} literal PINs among them`);
  for (const text of [
    `users: { u: { connection: a, pin: ${markedPin} } }`,
    // past the problems that are shown
    `users: { ${Array.from({ length: 150 }, (_, at) => `u${at}: { connection: "" }, `).join("")}
       u: { connection: a, pin: ${markedPin} } }`,
    // in a key that no field is for, one of a list, and each of several
    `future: ${markedPin}\nconnections: { a: { endpoints: [${markedPin}, { ip: 10.1.2.3 }, ${markedPin}] } }`,
    `service: { health: "https://user:${markedPin}@host/" }`,
    `key_stores: { K: { type: AzureKeyVault, endpoint: "https://vault/?sig=${markedPin}" } }`,
    `users: { "pin=${markedPin}": { connection: a } }`,
    `service: { home: "/var/amplia password: ${markedPin}" }`,
  ])
    t.notMatch(await sharedOf(text), markedPin, text);
  const one = `connections: { a: { endpoints: [x, { ip: 10.1.2.3 }] } }
users: { u: { connection: a, pin: x } }`;
  t.equal(
    await sharedOf(one),
    '{"connections":{"a":{"endpoints":[{"ip":"10.1.2.3"}]}},"users":{"u":{"connection":"a"}}}',
    "the rest is",
  );
});

t.test("of what nobody can look through nothing is in the address", async (t) => {
  // as YAML it is larger than a profile may be: each item stands on a line of its own, far to the right
  const wide = `${'{"x":'.repeat(50)}[1${",1".repeat(60_000)}]${"}".repeat(50)}`;
  const data = await dataOfText(`{"users":{"u":{"pin":"${markedPin}"}},"x":${wide}}`, "p.json");
  if (data === undefined) throw new Error("no data");
  const { fragment, problems } = await outputsOf(data, new Map());
  t.strictSame([fragment, problems.map(({ code }) => code)], [undefined, ["profile-too-large"]]);
});

t.test("a damaged address is known as such, and an empty one is none", async (t) => {
  t.equal(await dataIn(""), undefined);
  for (const fragment of [
    "profile=",
    "profile=!!",
    "profile=e30x",
    "profile=////",
    "panel",
    "profile=eyJhIjoxfQ0K@",
    `profile=${btoa('{"a":1,"a":2}').replace(/=+$/, "")}`,
    `profile=${btoa("[1]").replace(/=+$/, "")}`,
    `profile=${btoa("{").replace(/=+$/, "")}`,
  ])
    t.equal(await dataIn(fragment), "broken", fragment);
});
