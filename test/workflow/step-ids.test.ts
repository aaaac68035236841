import t from "tap";
import { schemaTexts } from "../../src/generated/schemas.js";
import { stepIds } from "../../src/workflow/step-ids.js";

t.test("the schemas have the ids of the steps in one place, and the same ones", async (t) => {
  const lists = Object.entries(schemaTexts).flatMap(([name, text]) =>
    enumsIn(JSON.parse(text)).flatMap((ids) => (ids.includes("client-config") ? [{ name, ids }] : [])),
  );
  t.same(lists, [{ name: "report", ids: stepIds }]);
});

/** The values of every enum in a schema. */
function enumsIn(node: unknown): readonly (readonly unknown[])[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) =>
    key === "enum" && Array.isArray(value) ? [value as readonly unknown[]] : enumsIn(value),
  );
}
