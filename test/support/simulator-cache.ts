import { mkdtempSync, rmSync } from "node:fs";
import { startCluster } from "../../src/simulator/cluster.js";
import { cache, simulatedModule, sources } from "../simulator/rig.js";

/**
 * Compiles what the tests' clusters and archives are made of, once for all test files: what is compiled in a
 * sandbox is gone with it.
 */
export async function fillSimulatorCache(): Promise<void> {
  const folder = mkdtempSync("/tmp/knetctl-test-");
  try {
    await simulatedModule(folder);
    const cluster = await startCluster({ vhsms: 1, users: ["any"], sources, cache });
    await cluster.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
