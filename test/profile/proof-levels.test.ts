import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { demandedLevels, provenLevels } from "../../src/pkcs11/proven.js";
import { smoke as smokeVerb } from "../../src/commands/verbs/smoke.js";
import { proofLevels } from "../../src/profile/types.js";

t.test("what can be demanded of a proof is the same for profile, smoke test and schemas", async (t) => {
  t.same(proofLevels, demandedLevels);
  t.same(
    demandedLevels.filter((level) => level !== "signed"),
    provenLevels,
    "all but signed, which is the least of the ways to sign, can be proven too",
  );
  t.same(listsIn("profile"), [demandedLevels]);
  t.same(smokeVerb.options["at-least"]?.choices, demandedLevels);
  t.ok(listsIn("report").length > 0);
  for (const list of listsIn("report")) t.same([...list].sort(), [...provenLevels].sort());
});

/** The enums of a schema that have a level of their own. */
function listsIn(name: string): readonly (readonly unknown[])[] {
  const file = join(import.meta.dirname, `../../schemas/${name}.schema.json`);
  return enumsIn(JSON.parse(readFileSync(file, "utf8"))).filter((list) => list.includes("signed-token-key"));
}

function enumsIn(node: unknown): readonly (readonly unknown[])[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    key === "enum" && Array.isArray(value) ? [value as readonly unknown[]] : enumsIn(value),
  );
}
