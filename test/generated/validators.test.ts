import fc from "fast-check";
import { Ajv2020 } from "ajv/dist/2020.js";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { schemaTexts } from "../../src/generated/schemas.js";
import { journal } from "../../src/generated/validate-journal.js";
import { profile } from "../../src/generated/validate-profile.js";
import { nearProfiles, validProfiles } from "../fuzz/profile-texts.js";
import { cases } from "../support/cases.js";

/** What says only whether data is valid must not differ from the schema as ajv itself reads it. */
const ajv = new Ajv2020({
  schemas: Object.values(schemaTexts).map((text) => JSON.parse(text) as object),
  allErrors: true,
  strict: false,
  ownProperties: true,
  discriminator: true,
});

const junk = fc.constantFrom<unknown>(null, true, -1, 0.5, 65_536, "", "x", "/", "\u{1F511}", [], {}, ["x"], {
  type: "Pkcs11",
});

/** The data with the value that the numbers lead to replaced or removed, or another one beside it. */
function spoilt(data: unknown, [step = 0, ...further]: readonly number[], value: unknown): unknown {
  if (typeof data !== "object" || data === null) return value;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(data);
  const at = step % (entries.length + 1);
  const isRemoved = further.length === 0 && step % 2 === 0;
  const changed = entries.flatMap(([key, was], index): readonly (readonly [string, unknown])[] => {
    if (index !== at) return [[key, was]];
    return isRemoved ? [] : [[key, further.length === 0 ? value : spoilt(was, further, value)]];
  });
  const all = at < entries.length ? changed : [...changed, ["unknown", value] as const];
  return Array.isArray(data) ? all.map(([, one]) => one) : Object.fromEntries(all);
}

const path = fc.array(fc.nat(12), { minLength: 1, maxLength: 7 });

function holds(
  name: keyof typeof schemaTexts,
  validate: typeof profile,
  texts: fc.Arbitrary<string>,
): { readonly valid: number; readonly invalid: number } {
  const found = { valid: 0, invalid: 0 };
  const wanted = ajv.getSchema(`urn:knetctl:schema:${name}`);
  const same = (data: unknown): void => {
    const isValid = wanted?.(data) === true;
    found[isValid ? "valid" : "invalid"] += 1;
    if (validate(data) !== isValid) throw new Error(isValid ? "it refuses that" : "it accepts that");
    if (isValid !== ((validate.errors ?? []).length === 0)) throw new Error("its errors say something else");
  };
  fc.assert(
    fc.property(texts, path, junk, (text, steps, value) => {
      const data: unknown = JSON.parse(text);
      same(data);
      same(spoilt(data, steps, value));
    }),
    { numRuns: cases(300), seed: 14 },
  );
  return found;
}

t.test("profiles are valid by the schema, whatever is spoilt in them", async (t) => {
  const { valid, invalid } = holds("profile", profile, fc.oneof(validProfiles, nearProfiles));
  t.ok(valid > 20 && invalid > 20, `${valid} valid, ${invalid} invalid`);
});

t.test("lines of a journal are valid by the schema, whatever is spoilt in them", async (t) => {
  const folder = join(import.meta.dirname, "../fixtures/journals");
  const lines = readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .filter((line) => line !== ""),
  );
  const { valid, invalid } = holds("journal", journal, fc.constantFrom(...lines));
  t.ok(valid > 20 && invalid > 20, `${valid} valid, ${invalid} invalid`);
});
