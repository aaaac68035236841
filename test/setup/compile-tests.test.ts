import { readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { compiledTap, compiledTests } from "../../scripts/setup/compile-tests.mjs";

const compiled = join(import.meta.dirname, "../../.tap/compiled");

test("no compiled file is reached by a link, by which it would have two places", (t) => {
  const entries = readdirSync(compiled, { recursive: true, withFileTypes: true });
  t.ok(entries.length > compiledTests([]).length);
  t.strictSame(
    entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => name),
    [],
  );
  t.equal(realpathSync(compiledTap), compiledTap);
  t.end();
});
