// The unit tests as a user who may do nothing, where no other program is found. In a sandbox, since the clone
// may be where only root can read it, or may not be changed for this.
import { spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { clone, inClone } from "../setup/clone.mjs";
import { runInPool } from "./pool.mjs";

const nobody = 65_534;
const insideMark = "--inside";

/** As `runInPool`, for root. */
export async function runAsNobody(files, { environment }) {
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const child = spawn(process.execPath, [import.meta.filename, ...files], {
    cwd: clone,
    env: { ...environment, PATH: process.env.PATH },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  let totals;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, told] = /^totals (\{.*\})$/.exec(line) ?? [];
    if (told === undefined) process.stdout.write(`${line}\n`);
    else totals = JSON.parse(told);
  }
  const how = await ended;
  if (totals !== undefined && how === 0) return totals;
  process.stdout.write(`FAIL the unit tests as nobody: their sandbox ended with ${how}\n`);
  return { passed: 0, skipped: 0, ...totals, failed: (totals?.failed ?? 0) + 1 };
}

async function enter(files) {
  const support = inClone(".tap/compiled/test/support/ensure-sandbox.js");
  const { endAs } = await import(pathToFileURL(support).href);
  await endAs(process.execPath, [import.meta.filename, insideMark, ...files]);
}

async function runInside(files) {
  for (let folder = clone; folder !== "/"; folder = dirname(folder))
    chmodSync(folder, (statSync(folder).mode & 0o7777) | 0o555);
  // where the tests make their folders, as in a clone of one's own
  mkdirSync(inClone(".tap/fixtures"), { recursive: true });
  for (const folder of [".tap", ".tap/fixtures"]) chownSync(inClone(folder), nobody, nobody);
  const home = mkdtempSync("/tmp/nobody-");
  chmodSync(home, 0o755);
  process.setgroups([]);
  process.setgid(nobody);
  process.setuid(nobody);
  const environment = { ...process.env, PATH: home, HOME: home, LANG: "C.UTF-8" };
  const totals = await runInPool(files, { environment });
  process.stdout.write(`totals ${JSON.stringify(totals)}\n`);
}

if (process.argv[1] === import.meta.filename) {
  const [first, ...rest] = process.argv.slice(2);
  await (first === insideMark ? runInside(rest) : enter([first, ...rest]));
}
