import { test } from "tap";
import { displayWidth } from "../../../src/ui/text/width.js";
import { table } from "../../../src/ui/text/table.js";

test("columns align by what the terminal shows, also for wide characters and marks", async (t) => {
  const text = table(
    [
      ["密码", "1.0", "x"],
      ["e\u0301a", "10.5", "yy"],
    ],
    [{ title: "name" }, { title: "ms", align: "right" }, { title: "detail" }],
  );
  t.equal(text, "name    ms  detail\n密码   1.0  x\ne\u0301a    10.5  yy");
  t.equal(displayWidth("密码e\u0301🙂"), 7);
});

test("a cell cannot break its line, nor colour or move anything", async (t) => {
  const text = table([["a\nb\r\u001b[31mc\td", "x"]], [{ title: "one" }, { title: "two" }]);
  t.equal(text.split("\n").length, 2);
  t.notMatch(text, /[\r\t\u001b]/);
});

test("colour does not change the width", async (t) => {
  const text = table([["ok", "x"]], [{ title: "status", paint: (cell) => `<${cell}>` }, { title: "detail" }]);
  t.equal(text, "status  detail\n<ok    >  x");
});

test("missing cells are empty", async (t) => {
  t.equal(table([[]], [{ title: "a" }, { title: "b" }]), "a  b\n");
});
