import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clone } from "../setup/clone.mjs";
import { bundleTargets, targetNames } from "./bundle.mjs";
import { runSlice } from "./run-slice.mjs";

/** Cases that one process runs: few enough that all processors are busy to the end. */
const sliceRuns = 12_500;

const usage = `npm run fuzz [-- TARGET... [--runs N] [--seed N] [--path PATH] [--jobs N]]

Hostile input for each target (${targetNames.join(", ")}), 100,000 cases by default; one more
process at a time than there are processors, since archives sometimes wait for the disk. The first
failure ends it with exit code 1, and is shown as small as it could be made, with the way to run it
again.`;

/** Runs what the arguments ask for; resolves to the exit code. */
export async function fuzz(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      runs: { type: "string" },
      seed: { type: "string" },
      path: { type: "string" },
      jobs: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const unknown = positionals.find((name) => !targetNames.includes(name));
  if (values.help || unknown !== undefined) {
    process.stdout.write(`${unknown === undefined ? "" : `there is no target ${unknown}\n\n`}${usage}\n`);
    return unknown === undefined ? 0 : 64;
  }
  const {
    runs = "100000",
    seed = String(Date.now() % 2 ** 31),
    path,
    jobs = String(availableParallelism() + 1),
  } = values;
  const wanted = positionals.length > 0 ? positionals : targetNames;
  const start = performance.now();
  const slices = wanted.flatMap((target) =>
    slicesOf(target, path === undefined ? Number(runs) : 1, Number(seed), path),
  );
  const folder = mkdtempSync(join(clone, "dist", "fuzz-"));
  try {
    const bundle = await bundleTargets(folder);
    const results = await runAll(slices, Number(jobs), { bundle, folder });
    for (const target of wanted)
      process.stdout.write(
        summary(
          target,
          results.filter((result) => result.target === target),
        ),
      );
    process.stdout.write(
      `all      ${String(sum(results, "cases")).padStart(8)} cases in ` +
        `${Math.round((performance.now() - start) / 1000)} s, ${jobs} processes at a time\n`,
    );
    const failure = results.find((result) => result.failure !== undefined);
    if (failure !== undefined)
      process.stdout.write(
        `\n${failure.target} failed:\n${failure.failure}\n\nagain: npm run fuzz -- ${failure.target} ` +
          `--seed ${failure.seed} --path ${failure.path}\n`,
      );
    return failure === undefined ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function slicesOf(target, runs, seed, path) {
  const count = Math.max(1, Math.ceil(runs / sliceRuns));
  return Array.from({ length: count }, (_, index) => ({
    target,
    seed: seed + index,
    runs: Math.min(sliceRuns, runs - index * sliceRuns),
    path,
  }));
}

/** Runs `jobs` processes at a time; starts no new ones after a failure. */
async function runAll(slices, jobs, options) {
  const waiting = [...slices];
  const results = [];
  const work = async () => {
    for (let slice = waiting.shift(); slice !== undefined; slice = waiting.shift()) {
      const result = await runSlice(slice, options);
      results.push(result);
      process.stderr.write(
        `fuzz: ${result.target} seed ${result.seed}: ${result.cases} cases, ${rate(result)} cases/s\n`,
      );
      if (result.failure !== undefined) waiting.length = 0;
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}

function summary(target, results) {
  const total = { cases: sum(results, "cases"), ms: sum(results, "ms") };
  const seconds = (ms) => `${String(Math.round(ms / 1000)).padStart(5)} s`;
  const failed = results.some(({ failure }) => failure !== undefined);
  const words = [
    `${String(total.cases).padStart(8)} cases`,
    `${String(rate(total)).padStart(6)} cases/s per process`,
    `${seconds(total.ms)} in all,`,
    `${seconds(sum(results, "cpuMs"))} of them on a processor `,
  ];
  return `${target.padEnd(8)} ${words.join(" ")} ${failed ? "FAILED" : "ok"}\n`;
}

const rate = ({ cases, ms }) => Math.round((cases * 1000) / Math.max(1, ms));
const sum = (results, key) => results.reduce((total, result) => total + result[key], 0);
