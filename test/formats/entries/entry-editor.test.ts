import t from "tap";
import { editEntries, isEntryName } from "../../../src/formats/entries/entry-editor.js";
import type { EntryEditor } from "../../../src/formats/entries/entry-editor.js";
import { hashComments, markedBlocks, xmlComments } from "../../../src/formats/entries/marked-blocks.js";
import { tomlBlocks, tomlString } from "../../../src/formats/entries/toml-blocks.js";
import { cases } from "../../support/cases.js";
import fc, { anyCharacter } from "../../support/fast-check.js";

const hash = markedBlocks({ comments: hashComments });
const xml = markedBlocks({
  comments: xmlComments,
  before: (text) => /^[ \t]*<\/List>/m.exec(text)?.index,
  placeless: "there is no List",
});

const lines = fc
  .array(
    fc.string({ unit: anyCharacter, maxLength: 12 }).map((line) => line.replace(/[\r\n]/g, "")),
    {
      maxLength: 5,
    },
  )
  .map((all) => all.map((line) => `${line}\n`).join(""));
const lineBreaks = fc.constantFrom("\n", "\r\n");
const ends = fc.constantFrom("", "\n", "\r\n", "\n\n");
const somebodys = fc
  .tuple(lines, lineBreaks, ends)
  .map(([text, lineBreak, end]) => `${text.replaceAll("\n", lineBreak)}${end}`);

function holds(editor: EntryEditor, frame: (text: string) => string, name: string): void {
  t.test(`${name}: an entry is put, changed and taken away again, and every other byte stays`, async (t) => {
    fc.assert(
      fc.property(somebodys, lines, lines, (text, first, second) => {
        const before = frame(text);
        const put = editor.put(before, "a.b-c", first);
        const changed = editor.put(put, "a.b-c", second);
        return (
          editor.fault(put) === undefined &&
          editor.read(put, "a.b-c") === first &&
          editor.read(changed, "a.b-c") === second &&
          editor.put(put, "a.b-c", first) === put &&
          editor.remove(put, "a.b-c") === before &&
          editor.remove(changed, "a.b-c") === before
        );
      }),
      { numRuns: cases(2000) },
    );
    t.pass();
  });
}

holds(hash, (text) => text, "at the end");
holds(xml, (text) => `<List>\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}</List>\n`, "inside");

t.test("a new entry comes after a blank line, with the text's own line breaks", async (t) => {
  t.equal(hash.put("", "x", "y\n"), "# knetctl: begin x\ny\n# knetctl: end x\n");
  t.equal(hash.put("a\r\n", "x", "y\n"), "a\r\n\r\n# knetctl: begin x\r\ny\r\n# knetctl: end x\r\n");
  t.equal(hash.put("a", "x", "y\n"), "a\n\n# knetctl: begin x\ny\n# knetctl: end x");
  t.equal(
    xml.put("<List>\n </List>\n", "x", "<y/>\n"),
    "<List>\n<!-- knetctl: begin x -->\n<y/>\n<!-- knetctl: end x -->\n </List>\n",
  );
});

t.test("marks that do not belong together are faults, with their place", async (t) => {
  const begin = "# knetctl: begin x\n";
  const end = "# knetctl: end x\n";
  t.match(hash.fault(`a\n${begin}`), { offset: 2, reason: /has no end/ });
  t.match(hash.fault(`a\n${end}`), { offset: 2, reason: /has not begun/ });
  t.match(hash.fault(`${begin}${begin}${end}`), { offset: begin.length, reason: /inside another/ });
  t.match(hash.fault(`${begin}${end}${begin}${end}`), { reason: /same name/ });
  t.match(xml.fault("<Other/>\n"), { reason: "there is no List" });
  t.equal(hash.fault("# knetctl: begins\n"), undefined, "a comment that is no mark");
});

t.test("an edit is read again: one that would break the text is refused", async (t) => {
  const toml = tomlBlocks(({ list }) => (Array.isArray(list) && list.length > 1 ? "too many" : undefined));
  const entry = new Map([["x", "[[list]]\na = 1\n"]]);
  t.match(editEntries(toml, "[other]\nb = 2 # kept\n", entry), {
    text: /kept\n\n# knetctl: begin x\n\[\[list/,
  });
  t.match(editEntries(toml, "list = []\n", entry), { fault: { reason: "it is not valid TOML" } });
  t.match(editEntries(toml, "[[list]]\na = 2\n", entry), { fault: { reason: "too many" } });
  t.match(toml.fault("a = 1\nb = = 2\n"), { reason: "it is not valid TOML" });
  t.notMatch(JSON.stringify(toml.fault("pin = 'secret-4711\n")), "4711");
});

t.test("a TOML string holds any text", async (t) => {
  const toml = tomlBlocks();
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 20 }), (text) => {
      const whole = text.replace(/[\uD800-\uDFFF]/gu, "");
      let seen: unknown;
      tomlBlocks(({ a }) => {
        seen = a;
        return undefined;
      }).fault(`a = ${tomlString(whole)}\n`);
      return seen === whole;
    }),
    { numRuns: cases(1000) },
  );
  t.equal(toml.fault(`a = ${tomlString('"\\\n\u007f')}\n`), undefined);
});

t.test("names that mean nothing else in a comment or a file name", async (t) => {
  for (const name of ["a", "krill_1", "A.b-c", "a".repeat(64)]) t.ok(isEntryName(name), name);
  for (const name of ["", "-a", "a--b", "a b", "a/b", "..", "a-", "ä", "a".repeat(65)])
    t.notOk(isEntryName(name), name);
});
