import { resolve } from "node:path";
import { quiet } from "./child.mjs";
import { clone } from "./clone.mjs";
import { withoutNpm } from "./environment.mjs";
import { runTests, runUnitTests } from "./tests.mjs";

/** Least first, one after the other: the machine may be small. */
const all = [
  ["format", "node_modules/oxfmt/bin/oxfmt", "--check"],
  ["types and lint", "node_modules/oxlint/bin/oxlint"],
];

/**
 * Begins with what only reads the clone, where the set-up and the tests leave a processor idle. Its result is
 * asked for with the function that is returned.
 */
export function beginReading(readers = all) {
  const results = readAll(readers);
  // it may be asked for much later
  results.catch(() => undefined);
  return () => results;
}

async function readAll(readers) {
  const results = [];
  for (const [what, tool, ...args] of readers) {
    const start = performance.now();
    const command = ["-n", "19", process.execPath, resolve(clone, tool), ...args];
    const result = await quiet("nice", command, { cwd: clone, env: withoutNpm() });
    results.push({ what, ...result, seconds: (performance.now() - start) / 1000 });
  }
  return results;
}

/** All tests, and what only reads the clone; the exit code is that of the first of them that failed. */
export async function checkAll(root, args, begun) {
  const tested = await runTests(root, args, begun);
  const read = showRead(await begun.reading());
  return tested || read;
}

/** Begins with what needs no more than what is built; with the unit tests, if they may have a sandbox. */
export function beginCheck(args, mayEnter) {
  return { reading: beginReading(), ...(mayEnter && runUnitTests(args)) };
}

/** A line for each, and what a failed one said; the exit code is that of the first that failed, or 0. */
export function showRead(results) {
  for (const { what, code, output, seconds } of results) {
    process.stdout.write(
      `${code === 0 ? "ok  " : "FAIL"} ${what}  ${seconds.toFixed(1)} s beside the tests\n`,
    );
    if (code !== 0 && output !== "") process.stdout.write(`${output}\n`);
  }
  return results.find(({ code }) => code !== 0)?.code ?? 0;
}
