import { existsSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { longest, longestFirst } from "../../scripts/setup/longest-first.mjs";

t.test("each test that is known to take long is there", (t) => {
  const missing = longest.filter((name) => !existsSync(join(import.meta.dirname, "..", `${name}.test.ts`)));
  t.strictSame(missing, []);
  t.equal(new Set(longest).size, longest.length);
  t.end();
});

t.test("what takes longest begins first, and all else stays in its order", (t) => {
  const files = ["z", "e2e/ha", "a", "attacks/secrets"].map((name) => `.tap/compiled/test/${name}.test.js`);
  t.strictSame(longestFirst(files), [files[3], files[1], files[0], files[2]]);
  t.end();
});
