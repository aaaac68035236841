import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { clone } from "../setup/clone.mjs";
import { sourceName, testOptions } from "../setup/compile-tests.mjs";
import { showTapOfMany } from "../setup/tap-display.mjs";

/** Longer than any of these tests takes on a busy machine, and what it leaves takes to end. */
const patience = 300_000;

/** They make much that is soon forgotten: with room for it, a tenth less is spent on looking it through. */
const memory = "--max-semi-space-size=64";

/** For somebody who waits: only the first of the cases that tests make up (test/support/cases.ts). */
export const fewCases = { environment: { KNETCTL_TEST_CASES: "few", ...process.env } };

/** Processes ready to be given files: one more than there are processors, since some tests wait. */
export function startWorkers(options = {}) {
  return Array.from({ length: availableParallelism() + 1 }, () => startWorker(options));
}

function startWorker(options) {
  const { environment = process.env, ...rest } = options;
  const child = spawn(process.execPath, [memory, ...testOptions, join(import.meta.dirname, "worker.mjs")], {
    cwd: clone,
    env: { KNETCTL_TEST_SEED: "1", ...environment, TAP_TIMEOUT: "0" },
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    ...rest,
  });
  const files = child.stdio[3].on("error", () => undefined);
  const ended = new Promise((resolve) => child.once("close", resolve));
  return { child, files, ended, again: () => startWorker(options) };
}

/** Ends workers that are no longer needed. */
export function dismiss(workers) {
  for (const { child } of workers) child.kill("SIGKILL");
}

/**
 * Runs compiled test files, several to a process, and shows a line for each file; resolves to `{ passed,
 * failed, skipped }`. What is an array of files is for one process. A file that ends its process, or keeps it
 * busy for too long, has failed. `workers` are those already waiting; without them, some are started with
 * these options.
 */
export async function runInPool(files, options, workers = files.length > 0 ? startWorkers(options) : []) {
  const waiting = [...files];
  return sumOf(await Promise.all(workers.map((worker) => feed(worker, waiting))));
}

/** The sums of what several runs counted. */
export function sumOf(totals) {
  const sum = (key) => totals.reduce((total, counts) => total + counts[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/**
 * Gives a worker one file after another, of its own and of those that wait for any, and the rest to a new one
 * if it ends too early.
 */
async function feed({ child, files, ended, again }, waiting, own = []) {
  let current;
  let timer;
  const next = () => {
    clearTimeout(timer);
    if (own.length === 0) own.push(...[waiting.shift() ?? []].flat());
    current = own.shift();
    timer = setTimeout(() => child.kill("SIGKILL"), patience);
    if (current === undefined) return files.end();
    files.write(`${current}\n`);
  };
  const shown = showTapOfMany(child.stdout, next);
  next();
  await ended;
  clearTimeout(timer);
  const totals = await shown;
  if (current === undefined && child.exitCode !== null) return totals;
  const name = current === undefined ? "a process of several tests" : sourceName(current);
  process.stdout.write(`FAIL ${name}: the process ended with ${child.signalCode ?? child.exitCode}\n`);
  const failed = { ...totals, failed: totals.failed + 1 };
  const isLast = current === undefined || own.length + waiting.length === 0;
  return isLast ? failed : sumOf([failed, await feed(again(), waiting, own)]);
}
