import t from "tap";
import { parse } from "yaml";
import { containerWord } from "../../../src/formats/text/container-text.js";
import { plainJson, quotedJson, safeWord } from "../../../src/formats/text/safe-word.js";
import { yamlBlock, yamlDollars, yamlText } from "../../../src/formats/text/yaml-text.js";
import { cases } from "../../support/cases.js";
import fc, { anyCharacter } from "../../support/fast-check.js";
import { hostileNames } from "../../support/hostile-names.js";

const texts = fc.oneof(
  fc.constantFrom(...hostileNames),
  fc.array(anyCharacter, { maxLength: 8 }).map((all) => all.join("").replace(/\p{Cs}/gu, "")),
);
const versions = ["1.1", "1.2"] as const;

t.test("a text in YAML is read as it was, in both versions, and so is one in a block", (t) => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 3 }), (lines) => {
      const block = { text: lines.join("\n"), column: 6 };
      for (const version of versions) {
        const written = `a:\n  - b: ${yamlText(lines[0])}\n    c: ${yamlBlock(block)}\n    d: 1\n`;
        const read: unknown = parse(written, { version });
        t.strictSame(read, { a: [{ b: lines[0], c: block.text, d: 1 }] });
      }
    }),
    { numRuns: cases(1000) },
  );
  t.end();
});

t.test("a block keeps the blanks and line breaks at both of its ends", (t) => {
  for (const text of ["a", "a\n", "a\n\n", "  a\nb\n", "\na", "a \n", " \n", "", "a\n b\n\n\n"]) {
    const read: unknown = parse(`x: ${yamlBlock({ text, column: 2 })}\ny: 1\n`);
    t.strictSame(read, { x: text, y: 1 });
  }
  t.end();
});

t.test("no dollar is left alone, where somebody looks for one", (t) => {
  t.equal(yamlDollars("$a $(b) $$"), '"$$a $$(b) $$$$"');
  t.end();
});

t.test(
  "what goes between single quotes or into a comment holds neither quote, line break nor dollar",
  (t) => {
    fc.assert(
      fc.property(texts, (text) => {
        const json = JSON.stringify({ [text]: text });
        for (const written of [plainJson(text), quotedJson(json).slice(1, -1)])
          t.match(written, /^(?![^]*['$`#<>&%~])[\x20-\x7e]*$/);
        t.equal(JSON.parse(plainJson(text)), text);
        t.strictSame(JSON.parse(quotedJson(json).slice(1, -1)), JSON.parse(json));
      }),
      { numRuns: cases(500) },
    );
    t.end();
  },
);

t.test(
  "a word of a Containerfile has its quotes, dollars and backslashes escaped, and no line break",
  (t) => {
    t.equal(containerWord('a "b" $c \\'), '"a \\"b\\" \\$c \\\\"');
    t.throws(() => containerWord("a\nb"), TypeError);
    t.end();
  },
);

t.test("a word without quotes is one of knetctl's own", (t) => {
  for (const name of ["ca_signer", "localhost/amplia:1-proof", 10001, "/run/x.pin"])
    t.equal(safeWord(name), String(name));
  for (const other of ["", "a b", "-a", "a;", "a\n", "$a", "é", -1, 1.5, undefined, ".."])
    t.throws(() => safeWord(other), TypeError);
  t.end();
});
