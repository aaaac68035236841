import { cases } from "../../../support/cases.js";
import fc from "../../../support/fast-check.js";
import t from "tap";
import { readJsonSettings } from "../../../../src/formats/settings/json/json-settings.js";
import type { SettingsEdit } from "../../../../src/formats/settings/settings-text.js";
import { fold, jsonComments, readAsDotnetJson } from "../../../support/dotnet-json.js";
import { hostileText, settingKey, settingsFile } from "../../../support/json-settings-arbitraries.js";

const tries = cases(3000);

function edited(text: string, { set = new Map(), remove = new Set() }: Partial<SettingsEdit>): string {
  const reading = readJsonSettings(text);
  if ("faults" in reading) throw new Error(`${reading.faults[0].reason} at ${reading.faults[0].offset}`);
  return reading.edit({ set, remove });
}

/**
 * The edit's result; undefined where a setting would be an empty section elsewhere in the file as well, which
 * is refused.
 */
function tried(text: string, edit: Partial<SettingsEdit>): string | undefined {
  try {
    return edited(text, edit);
  } catch (error) {
    if (error instanceof RangeError && error.message === "a key would be both a setting and an empty section")
      return undefined;
    throw error;
  }
}

const sorted = (settings: ReadonlyMap<string, string>) => [...settings].sort(([a], [b]) => (a < b ? -1 : 1));
const changes = fc.uniqueArray(fc.tuple(settingKey, hostileText), {
  selector: ([key]) => fold(key),
  maxLength: 5,
});

t.test("what is read is what the application reads", (t) => {
  fc.assert(
    fc.property(settingsFile, (text) => {
      const reading = readJsonSettings(text);
      if ("faults" in reading) throw new Error(reading.faults[0].reason);
      return (
        JSON.stringify(sorted(new Map(reading.settings.map(({ key, value }) => [fold(key), value])))) ===
        JSON.stringify(sorted(readAsDotnetJson(text)))
      );
    }),
    { numRuns: tries },
  );
  t.end();
});

t.test(
  "settings that are given are read by the application as given, all others as before, and no " +
    "comment is lost",
  (t) => {
    let refused = 0;
    fc.assert(
      fc.property(settingsFile, changes, (text, given) => {
        const result = tried(text, { set: new Map(given) });
        if (result === undefined) {
          refused++;
          return true;
        }
        const expected = new Map([
          ...readAsDotnetJson(text),
          ...given.map(([key, value]) => [fold(key), value] as const),
        ]);
        return (
          JSON.stringify(sorted(readAsDotnetJson(result))) === JSON.stringify(sorted(expected)) &&
          JSON.stringify(jsonComments(result)) === JSON.stringify(jsonComments(text))
        );
      }),
      { numRuns: tries },
    );
    t.ok(refused < tries / 50, "hardly any is refused");
    t.end();
  },
);

t.test(
  "settings that are removed are gone, all others as before, and a comment goes only with the line " +
    "of one that is gone",
  (t) => {
    fc.assert(
      fc.property(settingsFile, fc.infiniteStream(fc.boolean()), (text, goes) => {
        const before = readAsDotnetJson(text);
        const removed = [...before.keys()].filter(() => goes.next().value);
        const result = tried(text, { remove: new Set(removed) });
        if (result === undefined) return true;
        const left = jsonComments(result);
        const isSectionToo = [...before.keys()].some((key) =>
          [...before.keys()].some((other) => other.startsWith(`${key}:`)),
        );
        const staying = jsonComments(text).filter(
          (comment) => left.includes(comment) || (comment.includes("own") && !isSectionToo),
        );
        return (
          JSON.stringify(sorted(readAsDotnetJson(result))) ===
            JSON.stringify(sorted(before).filter(([key]) => !removed.includes(key))) &&
          JSON.stringify(left) === JSON.stringify(staying)
        );
      }),
      { numRuns: tries },
    );
    t.end();
  },
);

t.test("setting and removing at once does both", (t) => {
  fc.assert(
    fc.property(settingsFile, changes, fc.infiniteStream(fc.boolean()), (text, given, goes) => {
      const before = readAsDotnetJson(text);
      const set = new Map(given.map(([key, value]) => [fold(key), value]));
      const remove = new Set([...before.keys()].filter((key) => !set.has(key) && goes.next().value));
      const result = tried(text, { set: new Map(given), remove });
      const expected = new Map([...[...before].filter(([key]) => !remove.has(key)), ...set]);
      return (
        result === undefined ||
        JSON.stringify(sorted(readAsDotnetJson(result))) === JSON.stringify(sorted(expected))
      );
    }),
    { numRuns: tries },
  );
  t.end();
});

t.test(
  "a key store that is added and removed again leaves the very same bytes, where its section was not " +
    "an empty object",
  (t) => {
    const store = fc.tuple(hostileText, hostileText).map(
      ([name, pin]) =>
        new Map([
          [`KeyStores:New ${name}:Type`, "Pkcs11"],
          [`KeyStores:New ${name}:Pin`, pin],
        ]),
    );
    fc.assert(
      fc.property(settingsFile, store, (text, set) => {
        fc.pre(!/\{\s*\}/.test(text));
        const result = edited(text, { set });
        return result !== text && edited(result, { remove: new Set(set.keys()) }) === text;
      }),
      { numRuns: tries },
    );
    t.end();
  },
);

t.test("what a file says already is not written again", (t) => {
  fc.assert(
    fc.property(settingsFile, (text) => {
      const settings = [...readAsDotnetJson(text)].filter(([key]) => !key.split(":").includes(""));
      return edited(text, { set: new Map(settings), remove: new Set(["no such key"]) }) === text;
    }),
    { numRuns: tries },
  );
  t.end();
});

t.test("refuses exactly what the application refuses", (t) => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"A"',
    '"b:a"',
    '"',
    "1",
    "-",
    "01",
    "1.",
    "1e",
    ".5",
    "true",
    "nul",
    "null",
    " ",
    "\n",
    "\r",
    "\u00a0",
    "\f",
    "'",
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"\\x"',
    "//",
    "// \u2028",
    "/*",
    "*/",
    "\u0001",
    "{}",
    "[]",
    '"a":',
    '"b":{',
    '"b":1,',
    "/**/",
  );
  const soup = fc
    .tuple(
      fc.constantFrom("", "{", '{"a":1', '{"b":{"a":1}'),
      fc.array(piece, { maxLength: 7 }),
      fc.constantFrom("", "}", "}}"),
    )
    .map(([start, pieces, end]) => start + pieces.join("") + end);
  fc.assert(
    fc.property(
      soup.filter((text) => text.trim() !== ""),
      (text) => {
        let refused = false;
        try {
          readAsDotnetJson(text);
        } catch {
          refused = true;
        }
        return "faults" in readJsonSettings(text) === refused;
      },
    ),
    { numRuns: 5 * tries },
  );
  t.end();
});
