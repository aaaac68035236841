import { test } from "tap";
import { compiledTests, sourceName } from "../../scripts/setup/compile-tests.mjs";
import { needsOf, sharingAmong, testsThatLoad, unitTestsAmong } from "../../scripts/unit/choose.mjs";

const all = compiledTests([]);
const needs = (name: string): readonly string[] =>
  needsOf(compiledTests([name]))
    .values()
    .next().value ?? [];

test("a test that starts programs, itself or through its support, is not a unit test", (t) => {
  t.strictSame(needs("test/formats/elf/elf.test.ts"), ["test/formats/elf/elf.test.ts starts programs"]);
  t.match(needs("test/pkcs11/soft-token.test.ts"), ["test/support/build-worker.ts builds the program"]);
  t.match(needs("test/commands/completion.test.ts"), ["test/commands/completion.test.ts starts programs"]);
  t.end();
});

test("a test of what is built is not a unit test: a clean clone has no dist", (t) => {
  t.strictSame(needs("test/package/sbom.test.ts"), ["test/package/sbom.test.ts reads the built program"]);
  t.end();
});

test("a folder of test is known by its name in test too", (t) => {
  t.strictSame(compiledTests(["formats/settings"]), compiledTests(["test/formats/settings"]));
  t.throws(() => compiledTests(["formats/none"]), { message: "there is no test formats/none" });
  t.end();
});

test("a test that needs root, or a sandbox, is not a unit test", (t) => {
  t.ok(
    needs("test/steps/ownership/step.test.ts").includes(
      "test/support/scratch.ts gives files to another user",
    ),
  );
  t.ok(needs("test/e2e/apply.test.ts").includes("test/support/ensure-sandbox.ts enters a sandbox"));
  t.end();
});

test("about half of all tests are unit tests, and the whole-program ones are none", (t) => {
  const units = unitTestsAmong(all).map(sourceName);
  t.ok(units.length > all.length * 0.4, `${units.length} of ${all.length}`);
  t.strictSame(
    units.filter((name) => name.startsWith("test/e2e/")),
    [],
  );
  t.end();
});

test("root's tests share processes, but for those that change theirs or look at it", (t) => {
  const groups = sharingAmong(all).map((group) => group.map(sourceName));
  const sharing = groups.flat();
  for (const name of ["host/files/install", "pkcs11/load"]) t.ok(sharing.includes(`test/${name}.test.ts`));
  t.strictSame(
    sharing.filter((name) => /^test\/(?:e2e\/|host\/files\/real-files\b)/.test(name)),
    [],
  );
  t.equal(new Set(sharing).size, sharing.length);
  t.strictSame(
    groups[0],
    all.map(sourceName).filter((name) => name.startsWith("test/page/browser/")),
    "those with a browser share it",
  );
  t.ok(groups.slice(1).every((group) => group.length === 1));
  t.end();
});

test("a saved file runs the tests that load it, near or far, and no other", (t) => {
  const concerned = (file: string): readonly string[] =>
    testsThatLoad(all, new Set([`.tap/compiled/${file}`])).map(sourceName);
  t.strictSame(concerned("test/ui/text/table.test.js"), ["test/ui/text/table.test.ts"]);
  const far = concerned("src/problem/problem.js");
  t.ok(far.includes("test/profile/parse-profile.test.ts"));
  t.notOk(far.includes("test/formats/text/text-position.test.ts"));
  t.end();
});
