import t from "tap";
import { positionAt } from "../../src/formats/text-position.js";

t.test("counts lines and columns from one, as editors do", (t) => {
  t.same(positionAt("", 0), { line: 1, column: 1 });
  t.same(positionAt("ab\ncd", 4), { line: 2, column: 2 });
  t.same(positionAt("a\r\nb\rc", 5), { line: 3, column: 1 });
  t.same(positionAt("\uFEFFab", 2), { line: 1, column: 2 }, "a byte order mark takes no column");
  t.end();
});
