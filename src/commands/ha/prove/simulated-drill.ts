import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withPrivateFolder } from "../../../host/archive/private-folder.js";
import { drill, type DrillEvent } from "../../../members/drill.js";
import type { PrivateClient } from "../../../members/private-client.js";
import { forgetful } from "../../../pkcs11/refused-pins/refused-pins.js";
import { Problem } from "../../../problem/problem.js";
import { clientConfigFolders, clientConfigName } from "../../../vendor/client.js";
import type { Endpoint } from "../../../profile/types.js";
import { renderClientConfig } from "../../../vendor/client-config/render-client-config.js";
import type { DrillReport } from "../../../ui/reports/drill-report.js";
import { type CommandContext, pkcs11Worker, simulatorSources } from "../../command.js";

const connection = "simulated";
const user = "drill";

/**
 * A drill on three simulated members with the simulated module, run as the caller; the active member is
 * killed too. Leaves nothing behind.
 */
export async function simulatedDrill(
  timeoutMs: number | undefined,
  progress: (event: DrillEvent) => void,
  context: CommandContext,
): Promise<DrillReport> {
  const sources = simulatorSources(context);
  const [{ startCluster }, { moduleFile }] = await Promise.all([
    import("../../../simulator/cluster.js"),
    import("../../../simulator/compile.js"),
  ]);
  return withPrivateFolder(async (folder) => {
    const module = await moduleFile({ sources, workFolder: folder });
    const cluster = await startCluster({ vhsms: 3, users: [user], sources });
    try {
      const [first] = cluster.vhsms;
      const pin = cluster.users[0]?.pin;
      if (first === undefined || pin === undefined)
        throw new Problem("simulator-start-failed", "the simulated cluster has no members");
      const client = simulatedClient(folder, module, context);
      const killFirst = { kill: () => first.kill(), revive: () => first.setDown("up") };
      const result = await drill({
        client,
        endpoints: cluster.endpoints.map(({ https }) => https),
        user,
        pin,
        killFirst,
        timeoutMs,
        progress,
      });
      return { connection, user, simulated: true, result, warnings: [] };
    } finally {
      await cluster.stop();
    }
  });
}

/** Makes homes in a folder that nobody else can enter. */
function simulatedClient(folder: string, module: string, context: CommandContext): PrivateClient {
  let homes = 0;
  return {
    how: { module, workerPath: pkcs11Worker(context), signal: context.signal, refusedPins: forgetful },
    withEndpoints: async (endpoints: readonly Endpoint[], use) => {
      const home = join(folder, `home-${++homes}`);
      const place = join(home, ...clientConfigFolders);
      await mkdir(place, { recursive: true });
      const users = new Map([[user, { connection, authenticationType: "password" as const }]]);
      await writeFile(
        join(place, clientConfigName),
        await renderClientConfig({ connections: new Map([[connection, endpoints]]), users }),
      );
      return use({ environment: { HOME: home } });
    },
  };
}
