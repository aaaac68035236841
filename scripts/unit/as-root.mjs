// Tests that need root and no process of their own, several to a process.
import { spawn } from "node:child_process";
import { clone } from "../setup/clone.mjs";
import { aroundRoot, asRoot } from "../setup/root.mjs";
import { runInPool } from "./pool.mjs";
import { tellTotals, toldTotals } from "./told-totals.mjs";

/** As `runInPool`, for `root` as findRoot says it. */
export async function runAsRoot(root, groups, environment) {
  if (groups.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  const line = [process.execPath, import.meta.filename, ...groups.map((group) => group.join(":"))];
  const [program, ...args] = asRoot(root, environment, line);
  const child = spawn(program, args, {
    cwd: clone,
    env: aroundRoot(root, environment),
    stdio: ["ignore", "pipe", "inherit"],
  });
  return toldTotals(child, "root's tests in shared processes");
}

if (process.argv[1] === import.meta.filename)
  tellTotals(
    await runInPool(
      process.argv.slice(2).map((group) => group.split(":")),
      { environment: process.env },
    ),
  );
