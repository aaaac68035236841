import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import t from "tap";
import { readSettings } from "../../../src/formats/settings/read-settings.js";
import { dotnetKey } from "../../support/dotnet-settings.js";
import {
  applicationReads,
  existingTexts,
  isRead,
  type LineFormName,
} from "../../support/settings-arbitraries.js";

const tries = cases(4000);
const forms: readonly LineFormName[] = ["ini", "env", "systemd"];
const unit = fc.constantFrom(
  "A",
  "a",
  "B",
  "=",
  "=",
  "\n",
  "\n",
  "\r",
  "\\",
  '"',
  "'",
  "#",
  ";",
  "/",
  "[",
  "]",
  " ",
  "\t",
  "__",
  ":",
  "$",
  "\u0085",
  "\uFEFF",
  "\0",
  "\x01",
  "x",
);
const texts = fc.array(unit, { maxLength: 25 }).map((units) => units.join(""));

for (const form of forms) {
  t.test(`${form}: any text is read as the application reads it, or refused as it is there`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          texts,
          existingTexts(form).map(({ text }) => text),
        ),
        async (text) => {
          const reading = await readSettings(form, text);
          if ("faults" in reading)
            return (
              !isRead(form, text) &&
              reading.faults.every(({ offset }) => offset >= 0 && offset <= text.length)
            );
          const read = new Map(reading.settings.map(({ key, value }) => [dotnetKey(key), value]));
          const expected = applicationReads[form](text);
          return (
            read.size === reading.settings.length &&
            read.size === expected.size &&
            [...expected].every(([key, value]) => read.get(key) === value)
          );
        },
      ),
      { numRuns: tries },
    );
  });
}
