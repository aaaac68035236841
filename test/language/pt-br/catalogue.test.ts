import { test } from "tap";
import { coreOf, templateOf, filled } from "../../../src/language/pieces.js";
import { translator } from "../../../src/language/translator.js";
import { catalogue, updatedCatalogue, wantedTexts } from "../catalogue.js";

const wanted = wantedTexts();
/** Where it is written first, what follows names the entries that are to be filled. */
const current = process.env["KNETCTL_WRITE_CATALOGUE"] === "1" ? updatedCatalogue(wanted) : catalogue();
const entries = [...current.values()].flatMap((file) => [...file]);

const how =
  "KNETCTL_WRITE_CATALOGUE=1 npm run test:unit -- test/language/pt-br adds and removes entries; then fill " +
  "the empty ones";

test("the catalogue has every text of the source, and no other, in its file, in order", async (t) => {
  t.strictSame([...current.keys()].sort(), [...wanted.keys()].sort());
  for (const [file, texts] of wanted)
    t.strictSame([...(current.get(file)?.keys() ?? [])], texts, `${file}.json: ${how}`);
});

test("every text is translated", async (t) => {
  for (const [file, texts] of current) {
    const empty = [...texts].filter(([, other]) => other === "").map(([english]) => english);
    t.strictSame(empty, [], `${file}.json`);
  }
});

test("a translation has the values of its text, each once", async (t) => {
  const valuesOf = (text: string): readonly number[] => templateOf(text).values.toSorted((a, b) => a - b);
  const broken = entries.filter(
    ([english, other]) => other !== "" && valuesOf(english).join() !== valuesOf(other).join(),
  );
  t.strictSame(broken, []);
});

test("a translation keeps what is typed, and begins and ends like its text", async (t) => {
  const typed = (text: string): readonly string[] =>
    (text.match(/--[a-z][a-z-]+|`[^`]+`|https?:\/\/[^\s)]+|[A-Z]+_[A-Z_]+/g) ?? []).toSorted();
  const broken = entries.filter(
    ([english, other]) =>
      other !== "" &&
      (typed(english).join() !== typed(other).join() ||
        /\.$/.test(english) !== /\.$/.test(other) ||
        /:$/.test(english) !== /:$/.test(other) ||
        coreOf(other)[1] !== other ||
        other.includes("\n")),
  );
  t.strictSame(broken, []);
});

test("a text with its values filled in is found again, with the same values", async (t) => {
  const all = translator([...wanted.values()].flat().map((text) => [text, text]));
  const wrong = [...wanted.values()].flat().flatMap((key) => {
    const template = templateOf(key);
    const values = template.values.map((number) => `VALUE${number}`);
    const found = all.match(filled(template, values));
    const isSame = found?.key === key && found.values.join() === values.join();
    return isSame ? [] : [[key, found?.key]];
  });
  t.strictSame(wrong, []);
});

test("a text about this host names it in words that --root replaces", async (t) => {
  const unnamed = entries.filter(
    ([english, other]) =>
      other !== "" && /\bthis host\b/i.test(english) && !/\b[nd]?este host\b/i.test(other),
  );
  t.strictSame(unnamed, []);
});

test("the catalogue, once brought up to date, is what was written, with empty entries to fill", async (t) => {
  const folder = t.testdir({
    "ui.json": '{ "kept": "mantido", "moved": "movido", "unused": "x" }',
    "host.json": "{}",
  });
  const updated = updatedCatalogue(
    new Map([
      ["ui", ["added", "kept"]],
      ["host", ["moved"]],
    ]),
    folder,
  );
  t.strictSame(
    [...(updated.get("ui") ?? [])],
    [
      ["added", ""],
      ["kept", "mantido"],
    ],
  );
  t.strictSame([...(updated.get("host") ?? [])], [["moved", "movido"]]);
  t.strictSame(catalogue(folder), updated);
});
