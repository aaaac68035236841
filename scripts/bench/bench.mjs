import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { inClone } from "../setup/clone.mjs";
import { applyAgainstScript } from "./apply.mjs";
import { growth } from "./growth.mjs";
import { startSimulator, writeInputs } from "./inputs.mjs";
import { sandboxRunner } from "./sandbox.mjs";
import { probeAgainstTimeout } from "./probe.mjs";
import { smokeAgainstPkcs11Tool } from "./smoke.mjs";
import { stageOpened } from "./stage.mjs";
import { startUp } from "./start-up.mjs";
import { table } from "./table.mjs";
import { vectors } from "./vectors.mjs";

const parts = [
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
 * Measures every part, prints the table, writes the numbers. Resolves to 0 even if a goal is missed: a slow
 * machine is not an error.
 */
export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), "knetctl-bench-"));
  try {
    const rows = await measured(folder);
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

async function measured(folder) {
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
