import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "tap";
import { ensureSandbox } from "../support/ensure-sandbox.js";

await ensureSandbox(import.meta.filename);

const clone = join(import.meta.dirname, "../..");
const nobody = 65_534;

// that all of them pass as nobody, every run as root shows (scripts/unit/as-nobody.mjs)
test("npm run test:unit works as any user, where no other program is found", (t) => {
  for (let folder = clone; folder !== "/"; folder = dirname(folder))
    chmodSync(folder, (statSync(folder).mode & 0o7777) | 0o555);
  // where the tests make their folders, as in a clone of one's own
  mkdirSync(join(clone, ".tap/fixtures"), { recursive: true });
  for (const folder of [".tap", ".tap/fixtures"]) chownSync(join(clone, folder), nobody, nobody);
  const home = mkdtempSync("/tmp/nobody-");
  chmodSync(home, 0o755);
  const unit = [join(clone, "scripts/run.mjs"), "unit", "test/problem", "test/formats/text"];
  const { status, stdout, stderr } = spawnSync(process.execPath, unit, {
    cwd: clone,
    uid: nobody,
    gid: nobody,
    // no program is found
    env: { PATH: home, HOME: home, LANG: "C.UTF-8" },
    encoding: "utf8",
  });
  const told = stdout.trimEnd().split("\n");
  t.match(told.at(-1), /^\d{2,} passed, 0 failed$/);
  t.strictSame(
    told.slice(0, -2).filter((line) => !/^(ok {2}| {5}\S)/.test(line)),
    [],
  );
  t.equal(status, 0, stderr);
  t.end();
});
