import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { readSettings } from "../../../src/formats/settings/read-settings.js";
import type { SettingsForm } from "../../../src/formats/settings/settings-text.js";

const cases = join(import.meta.dirname, "../../golden/settings-edit");

interface EditFile {
  readonly form: SettingsForm;
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

for (const name of readdirSync(cases)) {
  t.test(`edits ${name} byte for byte, once`, async (t) => {
    const file = (part: string) => readFileSync(join(cases, name, part), "utf8");
    const { form, set = {}, remove = [] } = JSON.parse(file("edit.json")) as EditFile;
    const edited = async (text: string) => {
      const reading = await readSettings(form, text);
      return "faults" in reading
        ? JSON.stringify(reading.faults)
        : reading.edit({ set: new Map(Object.entries(set)), remove: new Set(remove) });
    };
    const after = await edited(file("before"));
    t.equal(after, file("after"));
    t.equal(await edited(after), after, "a second edit changes nothing");
  });
}
