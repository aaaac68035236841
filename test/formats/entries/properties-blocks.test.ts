import t from "tap";
import { parse } from "dot-properties";
import { editEntries } from "../../../src/formats/entries/entry-editor.js";
import { propertiesBlocks, propertiesLines } from "../../../src/formats/entries/properties-blocks.js";

const editor = propertiesBlocks(/^lib\./);
const put = (text: string, body: string) => editEntries(editor, text, new Map([["one", body]]));

t.test("what is written is what a reader of properties finds, whatever it holds", async (t) => {
  const values = ["plain", " two words ", "#;:=!", "back\\slash", "ü ż 😀", "tab\there", "\u0001", ""];
  for (const value of values) {
    const line = propertiesLines([[`a key: ${value}`, value]]);
    t.match(line, /^[ -~]+\n$/, "ASCII, on one line");
    t.same({ ...parse(line) }, { [`a key: ${value}`]: value });
  }
});

t.test("a key that stands twice is a fault, in whatever way it is written", async (t) => {
  for (const before of ["lib.1=a\n", "  lib.1 : a\n", "lib.\\u0031 a\n", "x=\nlib.1"])
    t.match(put(before, "lib.1=b\n"), { fault: { reason: "a key occurs twice in it" } });
  t.notOk("fault" in put("other=1\nother=2\n# lib.1=a\n", "lib.1=b\n"), "others are not ours to judge");
});

t.test("a line that goes on does not swallow the entry, nor the entry what follows", async (t) => {
  for (const before of ["a=b \\\n", "a=b \\", "a=b \\\r\n"]) {
    const { text, ...rest } = put(before, "lib.1=b\n");
    t.notOk("fault" in rest);
    t.same({ ...parse(text) }, { a: "b ", "lib.1": "b" });
  }
  const swallowed = "a=b \\\n# knetctl: begin one\nlib.1=b\n# knetctl: end one\n";
  t.match(editor.fault(swallowed), { reason: "a value goes on in an entry's first or last line", offset: 4 });
});
