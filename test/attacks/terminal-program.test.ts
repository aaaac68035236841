import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "tap";
import { fixtureModules } from "../support/fixture-module.js";
import { knetctl } from "../support/knetctl.js";
import { seen } from "../support/forged-text.js";

test("the program itself: a hostile module, and words of the command line", async (t) => {
  const modules = fixtureModules();
  t.teardown(() => {
    modules.remove();
  });
  const module = modules.module("misbehaving");
  const text = "\u001b]0;x\u0007\u009b2J\u202e";
  const run = await knetctl([
    "smoke",
    "--module",
    module,
    "--token-label",
    "fixture",
    "--env",
    `FIXTURE_TEXT=${text}`,
  ]);
  t.match(run.stdout, /\\u001b\]0;x\\u0007/, run.stderr);
  const asJson = await knetctl([
    "smoke",
    "--module",
    module,
    "--token-label",
    "fixture",
    "--env",
    `FIXTURE_TEXT=${text}`,
    "--json",
  ]);
  t.match(JSON.parse(asJson.stdout), { tokens: [{ manufacturer: text }] }, "the same text, for a program");
  const folder = join(modules.folder, `a${text}`);
  mkdirSync(folder);
  writeFileSync(join(folder, `p${text}.yaml`), `connections: { "a\\e[2J": 1 }\n`);
  const lines = [
    ["validate", join(folder, `p${text}.yaml`)],
    ["validate", `--x${text}`],
    [`y${text}`],
    ["ha", "list", "--user", text],
    ["ha", "probe", `z${text}:1`],
    ["schema", text],
    ["render", "x", "--target", text],
    ["plan", "x", text],
    ["history", "--root", text],
  ];
  for (const line of lines) {
    for (const { stdout, stderr } of [run, asJson, await knetctl(line), await knetctl([...line, "--json"])]) {
      t.notMatch(stdout, seen, line.join(" "));
      t.notMatch(stderr, seen, line.join(" "));
    }
  }
});
