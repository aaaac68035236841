import t from "tap";
import { cannotHold, readSettings } from "../../../src/formats/settings/read-settings.js";
import type { SettingsEdit, SettingsText } from "../../../src/formats/settings/settings-text.js";
import { dotnetKey } from "../../support/dotnet-settings.js";
import { cases } from "../../support/cases.js";
import fc from "../../support/fast-check.js";
import {
  applicationReads,
  type ExistingText,
  existingTexts,
  keys,
  type LineFormName,
  values,
} from "../../support/settings-arbitraries.js";

const tries = cases(2000);
const forms: readonly LineFormName[] = ["ini", "env", "systemd"];

async function settingsOf(form: LineFormName, text: string): Promise<SettingsText> {
  const reading = await readSettings(form, text);
  if ("faults" in reading) throw new Error(`refused: ${JSON.stringify(reading.faults)}`);
  return reading;
}

/** Settings that the form can hold. */
const wanted = (form: LineFormName) =>
  fc
    .array(fc.tuple(keys, values), { maxLength: 4 })
    .map((all) => new Map(all.filter(([key, value]) => cannotHold(form, key, value) === undefined)));

/** Keys to remove: some of the text's own, in any case, and others. */
const removals = (existing: ExistingText) => {
  const own = existing.pieces.flatMap(({ key }) => key ?? []);
  return fc
    .array(fc.tuple(own.length === 0 ? keys : fc.oneof(keys, fc.constantFrom(...own)), fc.boolean()), {
      maxLength: 4,
    })
    .map((all) => new Set(all.map(([key, upper]) => (upper ? dotnetKey(key) : key))));
};

const editing = (form: LineFormName) =>
  existingTexts(form).chain((existing) => fc.tuple(fc.constant(existing), wanted(form), removals(existing)));

function touches({ set, remove }: SettingsEdit, key: string): boolean {
  return [...set.keys(), ...remove].some((one) => dotnetKey(one) === dotnetKey(key));
}

for (const form of forms) {
  t.test(`${form}: the application reads what was given, and everything else as before`, async () => {
    await fc.assert(
      fc.asyncProperty(editing(form), async ([{ text }, set, remove]) => {
        const expected = new Map(applicationReads[form](text));
        for (const key of remove) expected.delete(dotnetKey(key));
        for (const [key, value] of set) expected.set(dotnetKey(key), value);
        const result = (await settingsOf(form, text)).edit({ set, remove });
        return same(applicationReads[form](result), expected);
      }),
      { numRuns: tries },
    );
  });

  t.test(`${form}: lines that are not concerned keep their bytes and their order`, async () => {
    await fc.assert(
      fc.asyncProperty(editing(form), async ([{ text, pieces }, set, remove]) => {
        const result = (await settingsOf(form, text)).edit({ set, remove });
        let at = 0;
        for (const [index, { text: bytes, key, header }] of pieces.entries()) {
          if (
            header !== undefined ||
            bytes.trim() === "" ||
            (key !== undefined && touches({ set, remove }, key))
          )
            continue;
          // what is last may gain a line break or lose it; a carriage return at the very end, which Docker
          // drops, stays where it is
          const line = bytes.replace(/(?:\r\n|\r|\n)$/, "");
          const atEnd = [line, `${line}\r`].map((end) =>
            result.endsWith(end) ? result.length - end.length : -1,
          );
          const found = [
            result.indexOf(bytes, at),
            index === pieces.length - 1 ? result.indexOf(line, at) : -1,
            ...atEnd,
          ].find((one) => one >= at);
          if (found === undefined) return false;
          at = Math.min(found + bytes.length, result.length);
        }
        return text.startsWith("\uFEFF") === result.startsWith("\uFEFF");
      }),
      { numRuns: tries },
    );
  });

  t.test(`${form}: what is added and then removed leaves the very same bytes`, async () => {
    await fc.assert(
      fc.asyncProperty(existingTexts(form), wanted(form), async ({ text, pieces }, set) => {
        const added = new Map(
          [...set].filter(
            ([key]) => !pieces.some((one) => one.key !== undefined && dotnetKey(one.key) === dotnetKey(key)),
          ),
        );
        fc.pre(![...added.keys()].some((key) => hasEmptyHeader(pieces, key)));
        const result = (await settingsOf(form, text)).edit({ set: added, remove: new Set() });
        return (
          (await settingsOf(form, result)).edit({ set: new Map(), remove: new Set(added.keys()) }) === text
        );
      }),
      { numRuns: tries },
    );
  });

  t.test(`${form}: an edit made twice changes nothing the second time`, async () => {
    await fc.assert(
      fc.asyncProperty(editing(form), async ([{ text }, set, remove]) => {
        const once = (await settingsOf(form, text)).edit({ set, remove });
        return (await settingsOf(form, once)).edit({ set, remove }) === once;
      }),
      { numRuns: tries },
    );
  });
}

/** A header that had nothing below it goes with the first setting it was given. */
function hasEmptyHeader(pieces: ExistingText["pieces"], key: string): boolean {
  const section = dotnetKey(key.slice(0, key.lastIndexOf(":") + 1));
  return pieces.some(({ header }, index) => {
    if (header === undefined || dotnetKey(header) !== section) return false;
    const next = pieces.slice(index + 1).findIndex((one) => one.header !== undefined);
    return pieces
      .slice(index + 1, next < 0 ? undefined : index + 1 + next)
      .every(({ text }) => text.trim() === "");
  });
}

function same(read: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): boolean {
  return read.size === expected.size && [...expected].every(([key, value]) => read.get(key) === value);
}

t.test(
  "env: a last value that ends in a carriage return keeps it when lines are added, and the text is " +
    "the same when they go again",
  async (t) => {
    const text = "A=1\nB=x\r\r";
    const added = (await settingsOf("env", text)).edit({
      set: new Map([
        ["C", "2"],
        ["D", "3"],
      ]),
      remove: new Set(),
    });
    const asRead = (one: string): readonly (readonly [string, string | undefined])[] => [
      ...applicationReads.env(one),
    ];
    t.strictSame(asRead(added), [...asRead(text), [dotnetKey("C"), "2"], [dotnetKey("D"), "3"]]);
    t.equal((await settingsOf("env", added)).edit({ set: new Map(), remove: new Set(["C", "D"]) }), text);
  },
);
