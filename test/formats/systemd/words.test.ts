import t from "tap";
import { shownWords } from "../../../src/formats/systemd/shown-words.js";
import { unitFileLines } from "../../../src/formats/systemd/unit-file.js";
import { unitWords, variableWords } from "../../../src/formats/systemd/unit-words.js";
import { cases } from "../../support/cases.js";
import fc, { anyCharacter } from "../../support/fast-check.js";

t.test("words that systemctl shows are read as they are, however it quotes them", (t) => {
  t.same(shownWords(""), []);
  t.same(shownWords('A=1 "B=two words" E= "C=has \\"quotes\\" and \\\\ \\$ \\`"'), [
    "A=1",
    "B=two words",
    "E=",
    'C=has "quotes" and \\ $ `',
  ]);
  t.same(shownWords('"F=tab\\there" "G=nl\\nhere" "W=é\\001\\177" I=é'), [
    "F=tab\there",
    "G=nl\nhere",
    "W=é\x01\x7f",
    "I=é",
  ]);
  t.same(shownWords(`$'it\\'s' b`), ["it's", "b"], "newer versions may write it like this");
  t.same(shownWords('"\\303\\251" "" x'), ["é", "", "x"], "two bytes are one character");
  t.same(shownWords('"never closed'), ["never closed"]);
  t.end();
});

/** As shell_maybe_quote of systemd writes a word. */
function shown(word: string): string {
  if (!/[\s"\\`$*?['()&<>|;!]/.test(word) && !/[\x00-\x1f\x7f]/.test(word)) return word;
  const escaped = word
    .replace(/["\\`$]/g, "\\$&")
    .replace(/\n/g, "\\n")
    .replace(/\t/g, "\\t")
    .replace(/[\x00-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `"${escaped}"`;
}

t.test("whatever words there are, those that systemctl shows are read", (t) => {
  const word = fc
    .array(
      anyCharacter.filter((char) => !/[\0\uD800-\uDFFF]/u.test(char)),
      { minLength: 1, maxLength: 12 },
    )
    .map((characters) => `A=${characters.join("")}`);
  fc.assert(
    fc.property(fc.array(word), (words) => {
      t.strictSame(shownWords(words.map(shown).join(" ")), words);
    }),
    { numRuns: cases(2000) },
  );
  t.end();
});

t.test("words of a unit file: quotes of both kinds anywhere, escapes, and separators", (t) => {
  const texts = (value: string): readonly string[] => unitWords(value).map(({ text }) => text);
  t.same(texts(`A=1 "B=two words" 'D=single'  E=`), ["A=1", "B=two words", "D=single", "E="]);
  t.same(texts('C="a b"c\\x41\\s\\u00e9 F=tab\\there'), ["C=a bcA é", "F=tab\there"]);
  t.same(texts("\\x\\ b c\\"), ["\\x\\ b", "c\\"], "what is no escape stays as it is");
  t.same(
    variableWords('a\\tb\\ c "d e"').map(({ text }) => text),
    ["atb c", "d e"],
    "in a variable that is split there are no escapes of C's",
  );
  t.same(
    unitWords('/bin/a ; /bin/b ";" \\;').map(({ plain, offset }) => [plain, offset]),
    [
      [true, 0],
      [true, 7],
      [true, 9],
      [false, 16],
      [false, 20],
    ],
  );
  t.end();
});

t.test("lines of a unit file: sections, comments, and continuations, each with its line", (t) => {
  const text =
    "\uFEFF[Unit]\nDescription=a\n\n[Service]\r\n; no\n# no \\\n User = app \\\n# between\n" +
    "   b\\\nc\nnothing\n[Install]\nWantedBy=x\n";
  const lines = unitFileLines(text);
  t.same(
    lines.map(({ section, name, value }) => [section, name, value]),
    [
      ["Unit", "Description", "a"],
      ["Service", "User", "app     b c"],
      ["Install", "WantedBy", "x"],
    ],
  );
  const user = lines[1];
  t.same(
    [0, 3, 8, 10].map((offset) => user?.lineAt(offset)),
    [7, 7, 9, 10],
  );
  t.equal(lines[2]?.lineAt(0), 13);
  t.end();
});
