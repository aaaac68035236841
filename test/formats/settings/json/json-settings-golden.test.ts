import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readJsonSettings } from "../../../../src/formats/settings/json/json-settings.js";
import type { SettingsEdit } from "../../../../src/formats/settings/settings-text.js";

const cases = join(import.meta.dirname, "../../../golden/settings-edit-json");

function edited(text: string, edit: SettingsEdit): string {
  const reading = readJsonSettings(text);
  if ("faults" in reading) throw new Error(reading.faults[0].reason);
  return reading.edit(edit);
}

for (const name of readdirSync(cases)) {
  t.test(`edits ${name} byte for byte, once`, async (t) => {
    const file = (part: string) => readFileSync(join(cases, name, part), "utf8");
    const { set, remove } = JSON.parse(file("edit.json")) as {
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    };
    const edit = { set: new Map(Object.entries(set)), remove: new Set(remove) };
    const text = edited(file("before.json"), edit);
    t.equal(text, file("after.json"));
    t.equal(edited(text, edit), text, "a second edit changes nothing");
  });
}
