import t from "tap";
import { LineEditor } from "../../../../src/formats/settings/lines/line-editor.js";
import { linesOf } from "../../../../src/formats/settings/lines/read-lines.js";

type Act = (editor: LineEditor, lines: ReturnType<typeof linesOf>) => void;

function edited(text: string, act: Act): string {
  const lines = linesOf(text, 0, /(\r\n|\r|\n)/g);
  const editor = new LineEditor({ text, start: 0, lines });
  act(editor, lines);
  return editor.result();
}

const appended: Act = (editor, lines) => {
  editor.insertAfter(lines.at(-1), ["c", "d"]);
};
const inserted: Act = (editor, lines) => {
  editor.insertAfter(lines[0], ["c"]);
};
const prepended: Act = (editor) => {
  editor.insertAfter(undefined, ["c"]);
};
const replaced: Act = (editor, lines) => {
  editor.replace(lines.at(-1) ?? { start: 0, end: 0 }, "x");
};
const lastRemoved: Act = (editor, lines) => {
  editor.remove(new Set(lines.slice(-1)));
};
const allRemoved: Act = (editor, lines) => {
  editor.remove(new Set(lines));
};

const cases: readonly [act: string, Act, ...texts: [before: string, after: string][]][] = [
  [
    "lines after the last one",
    appended,
    ["a\nb\n", "a\nb\nc\nd\n"],
    ["a\nb", "a\nb\nc\nd"],
    ["a\r\nb", "a\r\nb\r\nc\r\nd"],
    ["a\r\nb\r\n", "a\r\nb\r\nc\r\nd\r\n"],
    ["a", "a\nc\nd"],
    ["", "c\nd\n"],
    ["a\rb", "a\rb\rc\rd"],
  ],
  ["a line in the midst", inserted, ["a\nb\n", "a\nc\nb\n"], ["a\nb", "a\nc\nb"], ["a\r\nb", "a\r\nc\r\nb"]],
  ["a line before all", prepended, ["a\nb\n", "c\na\nb\n"], ["a\nb", "c\na\nb"], ["a", "c\na"]],
  ["another last line", replaced, ["a\nb\n", "a\nx\n"], ["a\nb", "a\nx"], ["a\r\nb", "a\r\nx"]],
  [
    "no last line any more",
    lastRemoved,
    ["a\nb\n", "a\n"],
    ["a\nb", "a"],
    ["a\r\nb", "a"],
    ["a\r\nb\r\n", "a\r\n"],
    ["a\n\nb", "a\n\n"],
    ["a", ""],
  ],
  ["no line at all any more", allRemoved, ["a\nb\n", ""], ["a\nb", ""], ["a", ""]],
];

for (const [act, apply, ...texts] of cases) {
  t.test(
    `${act}: a text that ends in a line break still does, and one that does not, still does not`,
    (t) => {
      for (const [before, after] of texts) t.equal(edited(before, apply), after, JSON.stringify(before));
      t.end();
    },
  );
}
