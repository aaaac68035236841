import { readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { compiledTests } from "../../scripts/setup/compile-tests.mjs";
import { runs } from "../../scripts/setup/runs.mjs";
import { unitTestsAmong } from "../../scripts/unit/choose.mjs";

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

t.test("every script of package.json sets up what it needs first, so that it works in a clean clone", (t) => {
  for (const [name, command] of Object.entries(scripts)) {
    const run = /^(?:KNETCTL_\w+=\S+ )*node scripts\/run\.mjs (\w+)/.exec(command)?.[1];
    t.ok(run !== undefined && runs.has(run), `npm run ${name}: ${command}`);
  }
  t.end();
});

t.test("a build installs a compiler, and neither test servers nor tokens", (t) => {
  t.strictSame(runs.get("build")?.packages, ["build"]);
  t.equal(runs.get("build")?.addon, true);
  t.strictSame(
    [...runs].filter(([, { packages }]) => packages?.includes("servers")).map(([name]) => name),
    ["test", "check"],
    "servers come with the tests alone",
  );
  t.end();
});

t.test("the reference is brought up to date without root and without system packages", (t) => {
  const [, run = "", file = ""] = /run\.mjs (\w+) (\S+)$/.exec(scripts["docs"] ?? "") ?? [];
  const { packages, addon, overlay } = runs.get(run) ?? {};
  t.strictSame({ packages, addon, overlay }, { packages: undefined, addon: undefined, overlay: undefined });
  t.equal(unitTestsAmong(compiledTests([file])).length, 1, `${file} is a unit test`);
  t.end();
});
