import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { exitCodes } from "../../src/problem/exit-codes.js";
import { codeWordsOf, clone, page } from "./pages.js";

test("every exit code is documented, and no other", (t) => {
  const rows = [...page("docs/reference/exit-codes.md").text.matchAll(/^\| (\d+) +\|/gm)];
  t.strictSame(
    rows.map(([, code]) => Number(code)),
    Object.values(exitCodes),
  );
  t.end();
});

test("every room is on the map", (t) => {
  const words = new Set(codeWordsOf(page("docs/architecture.md")));
  const rooms = readdirSync(join(clone, "src")).map((name) => `src/${name}`);
  t.strictSame(
    rooms.filter((room) => !words.has(room)),
    [],
  );
  t.end();
});
