// The unit tests as a user who may do nothing, where no other program is found. In a sandbox, since the clone
// may be where only root can read it, or may not be changed for this.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { clone, inClone } from "../setup/clone.mjs";
import { runInPool } from "./pool.mjs";
import { tellTotals, toldTotals } from "./told-totals.mjs";

const nobody = 65_534;
const insideMark = "--inside";
const nobodysMark = "--as-nobody";

/** As `runInPool`, for root. */
export async function runAsNobody(files, { environment }) {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const child = spawn(process.execPath, [import.meta.filename, ...files], {
    cwd: clone,
    env: { ...environment, PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  return toldTotals(child, "the sandbox of the unit tests as nobody");
}

async function enter(files) {
  const support = inClone(".tap/compiled/test/support/ensure-sandbox.js");
  const { endAs } = await import(pathToFileURL(support).href);
  await endAs(process.execPath, [import.meta.filename, insideMark, ...files]);
}

/** In the sandbox, still as root: makes what they read and write theirs. */
function runInside(files) {
  for (let folder = clone; folder !== "/"; folder = dirname(folder))
    chmodSync(folder, (statSync(folder).mode & 0o7777) | 0o555);
  // where the tests make their folders, as in a clone of one's own
  mkdirSync(inClone(".tap/fixtures"), { recursive: true });
  for (const folder of [".tap", ".tap/fixtures"]) chownSync(inClone(folder), nobody, nobody);
  const home = mkdtempSync("/tmp/nobody-");
  chmodSync(home, 0o755);
  // Node itself refuses to give up groups where it may be using io_uring
  const { status } = spawnSync(
    "/usr/bin/setpriv",
    [
      ...[`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"],
      ...[process.execPath, import.meta.filename, nobodysMark, ...files],
    ],
    { stdio: "inherit", env: { ...process.env, PATH: home, HOME: home, LANG: "C.UTF-8" } },
  );
  process.exitCode = status ?? 1;
}

async function run(files) {
  tellTotals(await runInPool(files, { environment: process.env }));
}

if (process.argv[1] === import.meta.filename) {
  const [first, ...rest] = process.argv.slice(2);
  if (first === insideMark) runInside(rest);
  else await (first === nobodysMark ? run(rest) : enter([first, ...rest]));
}
