import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { applyAgainstScript } from "./apply.mjs";
import { growth } from "./growth.mjs";
import { startSimulator, writeInputs } from "./inputs.mjs";
import { sandboxRunner } from "./sandbox.mjs";
import { probeAgainstTimeout } from "./probe.mjs";
import { smokeAgainstPkcs11Tool } from "./smoke.mjs";
import { stageOpened } from "./stage.mjs";
import { startUp, startUpOf } from "./start-up.mjs";
import { table } from "./table.mjs";
import { vectors } from "./vectors.mjs";

const all = [
  startUp,
  applyAgainstScript,
  stageOpened,
  smokeAgainstPkcs11Tool,
  probeAgainstTimeout,
  vectors,
  growth,
];
const results = "bench-results.json";

/**
 * Measures every part, prints the table, writes the numbers; with `--package FOLDER`, where FOLDER is an
 * unpacked archive whose lib/knetctl/compile/run has been run, the start-up of the program in it alone.
 * Resolves to 0 even if a goal is missed: a slow machine is not an error.
 */
export async function bench(args) {
  const parts = partsFor(args);
  const folder = mkdtempSync(join(tmpdir(), "knetctl-bench-"));
  try {
    const rows = await measured(folder, parts);
    process.stdout.write(`${table(rows)}\n`);
    const machine = { node: process.version, cpus: cpus().length, cpu: cpus()[0]?.model };
    writeFileSync(
      inClone(results),
      `${JSON.stringify({ date: new Date().toISOString(), machine, rows }, null, 2)}\n`,
    );
    process.stdout.write(`written: ${results}\n`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function partsFor([option, place, ...more]) {
  if (option === undefined) return all;
  if (option === "--package" && place !== undefined && more.length === 0) return [startUpOf(resolve(place))];
  throw new SetupFailure("the bench takes no other option than --package FOLDER");
}

async function measured(folder, parts) {
  const simulator = await startSimulator(folder);
  try {
    const inputs = writeInputs(folder, simulator);
    const inSandbox = await sandboxRunner(folder);
    const rows = [];
    for (const part of parts) {
      process.stderr.write(`bench: ${part.title} ...\n`);
      rows.push(...(await part.measure({ folder, inputs, inSandbox })));
    }
    return rows;
  } finally {
    await simulator.stop();
  }
}
