import t from "tap";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const check = join(import.meta.dirname, "../../scripts/setup/check.mjs");

/** What a check shows of what runs beside the tests, and its exit code, when these programs are that. */
function checked(readers: readonly (readonly string[])[]) {
  const program = `
    import { beginReading, showRead } from ${JSON.stringify(check)};
    process.exitCode = showRead(await beginReading(${JSON.stringify(readers)})());
  `;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
}

t.test("a check fails with the first thing beside the tests that fails, and shows what it said", (t) => {
  const folder = t.testdir({
    "good.mjs": 'console.log("all is well");',
    "bad.mjs": 'console.log("line 7 is wrong"); console.error("and line 8"); process.exit(3);',
    "worse.mjs": "process.exit(4);",
  });
  const readers = ["good", "bad", "worse"].map((name) => [name, join(folder, `${name}.mjs`)]);
  const { status, stdout } = checked(readers);
  t.equal(status, 3);
  t.match(stdout, /^ok {3}good .*\nFAIL bad .*\nline 7 is wrong\nand line 8\nFAIL worse /);
  t.equal(checked(readers.slice(0, 1)).status, 0);
  t.end();
});
