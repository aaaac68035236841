import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { isServiceUnit } from "../../../src/formats/systemd/unit-name.js";

const schema = readFileSync(join(import.meta.dirname, "../../../schemas/profile.schema.json"), "utf8");

test("a unit is known by its name, and a template is none, here as in the schema of profiles", async (t) => {
  const [, pattern = ""] = /"pattern": "([^"]+@[^"]*service\$)"/.exec(schema) ?? [];
  const inSchema = new RegExp(String(JSON.parse(`"${pattern}"`)), "u");
  const names: readonly (readonly [string, boolean])[] = [
    ["amplia.service", true],
    ["app@1.service", true],
    ["system-app\\x2d1.service", true],
    ["app@.service", false],
    ["amplia", false],
    ["amplia.timer", false],
    ["a b.service", false],
    [".service", false],
    [`${"a".repeat(248)}.service`, false],
  ];
  for (const [name, isOne] of names) {
    t.equal(isServiceUnit(name), isOne, name);
    t.equal(inSchema.test(name), isOne, `${name} in the schema`);
  }
});
