import t from "tap";
import { positionAt, positionsIn } from "../../../src/formats/text/text-position.js";

t.test("counts lines and columns from one, as editors do", (t) => {
  t.same(positionAt("", 0), { line: 1, column: 1 });
  t.same(positionAt("ab\ncd", 4), { line: 2, column: 2 });
  t.same(positionAt("a\r\nb\rc", 5), { line: 3, column: 1 });
  t.same(positionAt("\uFEFFab", 2), { line: 1, column: 2 }, "a byte order mark takes no column");
  t.end();
});

t.test("tells many places of a large text quickly, the same as one by one", (t) => {
  const text = "\uFEFFab\r\n\n\rc".repeat(3);
  const position = positionsIn(text);
  t.same(
    Array.from(text, (_, offset) => position(offset)),
    Array.from(text, (_, offset) => positionAt(text, offset)),
  );
  t.same(positionsIn("\n".repeat(5_000_000))(5_000_000), { line: 5_000_001, column: 1 });
  t.end();
});
