import t from "tap";
import { dataOf, isMap } from "../../src/page/data.js";
import { outputsOf } from "../../src/page/outputs.js";
import { dataIn, fragmentOf } from "../../src/page/share.js";
import { readProfile } from "../../src/profile/reading/read-profile.js";
import { markedPin, nearProfiles, validProfiles } from "../fuzz/profile-texts.js";
import { cases } from "../support/cases.js";
import fc from "../support/fast-check.js";

async function dataOfText(text: string) {
  const reading = await readProfile(Buffer.from(text), "p.yaml");
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

t.test("a PIN that somebody wrote into a profile is not in the address", async (t) => {
  let seen = 0;
  await fc.assert(
    fc.asyncProperty(nearProfiles, async (near) => {
      const data = await dataOfText(near);
      if (data === undefined) return;
      const { literals } = await outputsOf(data, new Map());
      const isLiteral = literals.length > 0 && near.includes(markedPin);
      const shared = atob(
        fragmentOf(
          data,
          literals.map(({ path }) => path),
        )
          .replace("profile=", "")
          .replaceAll("-", "+")
          .replaceAll("_", "/"),
      );
      if (isLiteral) seen += 1;
      for (const { path } of literals) t.notOk(shared.includes(`"${String(path.at(-1))}":"${markedPin}"`));
    }),
    { numRuns: cases(100) },
  );
  const plain = await dataOfText(`users: { u: { connection: a, pin: ${markedPin} } }`);
  if (plain === undefined) throw new Error("no data");
  const { literals } = await outputsOf(plain, new Map());
  const fragment = fragmentOf(
    plain,
    literals.map(({ path }) => path),
  );
  t.notMatch(JSON.stringify([...((await dataIn(fragment)) as Map<string, Map<string, unknown>>)]), markedPin);
  t.comment(`${seen} literal PINs among them`);
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
