import { execFileSync, spawnSync } from "node:child_process";
import { ensureSandbox } from "../../support/ensure-sandbox.js";

const mark = "KNETCTL_TEST_OWN_NETWORK";

/** Addresses of this network that show what a client meets: packets that vanish, and routes that say no. */
export const blackHole = "10.99.0.9";
export const noRoute = "10.98.0.9";
export const noNetwork = "10.97.0.9";

/**
 * Runs the calling test file again in a sandbox, with a network of its own that nothing leaves: the loopback,
 * and an interface behind which there is nobody.
 */
export async function ensureOwnNetwork(file: string): Promise<void> {
  await ensureSandbox(file);
  if (process.env[mark] !== "1") {
    const { status } = spawnSync("unshare", ["--net", process.execPath, ...process.execArgv, file], {
      stdio: "inherit",
      env: { ...process.env, [mark]: "1" },
    });
    process.exit(status ?? 1);
  }
  ip("link set lo up");
  ip("link add hole type veth peer name nobody");
  ip("addr add 10.99.0.1/24 dev hole");
  ip("link set nobody up");
  ip("link set hole up");
  // known by its hardware address, so that packets are sent, and nobody takes them
  ip(`neigh add ${blackHole} lladdr 02:00:00:00:00:09 dev hole`);
  ip("route add unreachable 10.98.0.0/24");
}

function ip(command: string): void {
  execFileSync("ip", command.split(" "));
}
