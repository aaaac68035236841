import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "tap";
import { fieldsOf } from "../../../src/formats/json/json-values.js";
import { sourceStacks } from "../../../src/ui/terminal/source-stack.js";
import { knetctlScript } from "../../support/knetctl.js";

const script = `
  const { loadProgram } = require(process.argv[1]);
  const stream = { isTTY: false, on: () => stream, write: (text) => process.stdout.write(text) };
  void loadProgram(process.argv[2], "program", "validate").exports.main({
    args: ["validate", ...process.argv.slice(4), "p.yaml"], version: "1.2.3", environment: {},
    descriptors: () => new Map(),
    workingFolder: "not/absolute", node: process.execPath, script: process.argv[3],
    stdout: stream, stderr: stream, whenLeft: () => undefined, isRoot: false,
  }).then((exitCode) => process.stdout.write("exit code " + exitCode));`;

test("an internal error names its version, and with --verbose the lines of the source it came from", (t) => {
  const dist = dirname(knetctlScript);
  const loader = join(import.meta.dirname, "../../../scripts/build/load-program.cjs");
  const said = (...options: readonly string[]): string =>
    execFileSync(process.execPath, ["-e", script, loader, dist, knetctlScript, ...options], {
      encoding: "utf8",
    });
  const { version } = fieldsOf(
    JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8")),
  );
  t.match(
    said(),
    `error: internal error in knetctl ${String(version)} [internal-error]\n    Error: not an absolute path`,
  );
  t.notMatch(said(), /main\.ts/);
  const verbose = said("--verbose");
  t.match(verbose, /\bat .*src\/main\.ts:\d+:\d+/);
  t.notMatch(verbose, /program\.cjs:\d/);
  t.match(verbose, /exit code 70$/);
  t.end();
});

test("so does an error before a verb is run, as when help is shown", (t) => {
  const dist = dirname(knetctlScript);
  const loader = join(import.meta.dirname, "../../../scripts/build/load-program.cjs");
  const broken = script.replace(
    "stdout: stream",
    'stdout: { write: () => { throw new TypeError("no stream"); } }',
  );
  t.not(broken, script);
  const verbose = execFileSync(
    process.execPath,
    ["-e", broken, loader, dist, knetctlScript, "--help", "--verbose"],
    { encoding: "utf8" },
  );
  t.match(verbose, /internal error in knetctl .*\n {4}TypeError: no stream/);
  t.match(verbose, /\bat .*src\/main\.ts:\d+:\d+/);
  t.end();
});

test("without a map the stack stays as it is", (t) => {
  const error = new Error("x");
  t.equal(sourceStacks(join(t.testdir({}), "knetctl.cjs"))(error), error.stack);
  t.equal(sourceStacks(join(t.testdir({ "program.cjs.map": "{}" }), "knetctl.cjs"))(error), error.stack);
  t.end();
});
