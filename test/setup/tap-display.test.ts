import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "tap";

const display = join(import.meta.dirname, "../../scripts/setup/tap-display.mjs");
const program = `
  import { showTap, showTotals } from ${JSON.stringify(display)};
  showTotals(await showTap(process.stdin));
`;

function shown(tap: string): { readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    input: tap,
    encoding: "utf8",
  });
}

const failure = (diagnostics: string): string => `TAP version 14
# Subtest: .tap/compiled/test/some.test.js
    not ok 1 - the reason
      ---
${diagnostics}      ...
    1..1
not ok 1 - .tap/compiled/test/some.test.js # time=5ms
1..1
`;

test("a failure is shown with its evidence, and counted", (t) => {
  const { stdout } = shown(failure("      found: [1, 2]\n      wanted: |\n        one\n        two\n"));
  t.match(
    stdout,
    "not ok: test/some.test.js > the reason\n    found: [1,2]\n    wanted:\n    one\n    two\n",
  );
  t.match(stdout, /\d failed\n$/);
  t.end();
});

test("evidence that refers to itself is shown too, and hides neither the failure nor the next one", (t) => {
  const { stdout, stderr } = shown(
    failure("      found: &problem\n        code: some-code\n        cause: *problem\n"),
  );
  t.equal(stderr, "");
  t.match(stdout, /not ok: .*the reason\n {4}found: .*code: 'some-code', cause: \[Circular/);
  t.match(stdout, /\d failed\n$/);
  t.end();
});
