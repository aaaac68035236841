import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test, type Test } from "tap";
import { compiledTap, testOptions } from "../../scripts/setup/compile-tests.mjs";

const setup = join(import.meta.dirname, "../../scripts/setup");
const program = `
  import { showTap, showTotals } from ${JSON.stringify(join(setup, "tap-display.mjs"))};
  showTotals(await showTap(process.stdin));
`;

/** What is shown of these files when they are run with so many seconds for each. */
function shown(t: Test, files: Readonly<Record<string, string>>, seconds = 30): string {
  const folder = t.testdir(files);
  const names = Object.keys(files).map((name) => join(folder, name));
  const runner = join(setup, "each-alone.mjs");
  const args = [...testOptions, runner, `--timeout=${seconds}`, ...names];
  const { stdout: tap } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    input: tap,
    encoding: "utf8",
  }).stdout;
}

test("files that pass are counted, and those that end well without a test are not among them", (t) => {
  const said = shown(t, {
    "good.js": 'console.log("ok 1 - one\\nok 2 - two\\n1..2");',
    "empty.js": 'console.log("1..0");',
  });
  t.match(said, /^ok {3}\S*good\.js {2}2 checks/m);
  t.match(said, /^FAIL \S*empty\.js[^]*not ok: .* > it has no test/m);
  t.match(said, /\n2 passed, [1-9]\d* failed\n$/);
  t.end();
});

test("a file whose tests pass but that ends with a code or a signal has failed", (t) => {
  const said = shown(t, {
    "code.js": 'console.log("ok 1 - one\\n1..1"); process.exitCode = 3;',
    "signal.js":
      'console.log("ok 1 - one\\n1..1"); process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 9e6);',
  });
  t.match(said, /^FAIL \S*code\.js[^]*not ok: .* > it ended with 3$/m);
  t.match(said, /^FAIL \S*signal\.js[^]*not ok: .* > it ended with SIGTERM$/m);
  t.end();
});

test("an error before the first test, or that nothing catches, is shown with the file's results", (t) => {
  const said = shown(t, {
    "early.test.js": 'throw new Error("no scene\\nat all");',
    "late.test.js":
      'console.log("ok 1 - one\\n1..1"); setTimeout(() => Promise.reject(new Error("nobody waits")), 1);',
  });
  t.match(
    said,
    /^FAIL \S*early\.test\.js {2}2 checks[^]*Error: no scene\n\s+at all\n\s+at .*early\.test\.js:1:/m,
  );
  t.match(said, /^FAIL \S*late\.test\.js {2}3 checks[^]*Error: nobody waits\n/m);
  t.match(said, /\n1 passed, [1-9]\d* failed\n$/);
  t.end();
});

test("an error that nothing catches while a test runs is a failure of that test", (t) => {
  const said = shown(t, {
    "thrown.test.js": `import t from ${JSON.stringify(compiledTap)};
      t.test("who did it", async (t) => {
        setTimeout(() => { throw new Error("late"); }, 1);
        await new Promise((resolve) => setTimeout(resolve, 50));
      });
      t.test("the next", (t) => { t.pass(); t.end(); });`,
  });
  t.match(said, /not ok: \S+thrown\.test\.js > who did it > late\n +at .*thrown\.test\.js:3\n/);
  t.match(said, /\n1 passed, [1-9]\d* failed\n$/);
  t.end();
});

test("a file that was cut off in the middle of a test has failed", (t) => {
  const said = shown(t, { "half.js": 'console.log("# Subtest: half\\n    ok 1 - one"); process.exit();' });
  t.match(said, /^FAIL \S*half\.js/m);
  t.match(said, /, [1-9]\d* failed\n$/);
  t.end();
});

/** What begins a file that has a sandbox; it is not for node, which does not know where that is. */
const inSandbox = (support: string): string =>
  `/*\nimport { ensureSandbox } from "./support/${support}.js";\n*/\n`;
const passesThere = 'if (process.env.KNETCTL_TEST_IN_SANDBOX === "1") console.log("ok 1 - one\\n1..1");';

test("a file runs in its sandbox; without one, or if it never ends there, it has failed", (t) => {
  const said = shown(
    t,
    {
      "inside.js": inSandbox("ensure-sandbox") + passesThere,
      "none.js": inSandbox("no-such") + passesThere,
      "endless.js": `${inSandbox("ensure-sandbox")}console.log("ok 1 - one"); for (;;);`,
    },
    3,
  );
  t.match(said, /^ok {3}\S*inside\.js {2}1 checks/m);
  t.match(said, /^FAIL \S*none\.js[^]*not ok: .* > it ended with .*no-such/m);
  t.match(said, /^FAIL \S*endless\.js[^]*not ok: .* > it ended with 137$/m);
  t.end();
});

test("a file that never ends is ended", (t) => {
  const said = shown(t, { "endless.js": 'console.log("ok 1 - one"); for (;;);' }, 2);
  t.match(said, /^FAIL \S*endless\.js[^]*not ok: .* > it ended with SIGKILL$/m);
  t.end();
});
