import { readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { compiledTests, compiledTap } from "../../scripts/setup/compile-tests.mjs";

const compiled = join(import.meta.dirname, "../../.tap/compiled");

test("nothing that a compiled test imports has two places", (t) => {
  const entries = readdirSync(compiled, { recursive: true, withFileTypes: true });
  t.ok(entries.length > compiledTests([]).length);
  t.strictSame(
    entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name),
    [],
  );
  t.equal(realpathSync(compiledTap), compiledTap);
  t.end();
});
