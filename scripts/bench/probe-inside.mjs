// In a sandbox, in a network of its own with nobody else on it: probes 64 endpoints, half of them dead.
// Prints the time that took, and one time-out, in milliseconds.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { knetctl } from "./run.mjs";
import { medians } from "./sample.mjs";

const own = "KNETCTL_BENCH_OWN_NETWORK";
const timeoutMs = 5000;

if (process.env[own] === "1") await measure();
else
  execFileSync("unshare", ["--net", process.execPath, import.meta.filename], {
    stdio: "inherit",
    env: { ...process.env, [own]: "1" },
  });

async function measure() {
  for (const command of [
    "link set lo up",
    "link add hole type veth peer name nobody",
    "addr add 10.99.0.1/24 dev hole",
    "link set nobody up",
    "link set hole up",
  ])
    ip(command);
  for (let n = 2; n < 34; n += 1) ip(`neigh add 10.99.0.${n} lladdr 02:00:00:00:00:09 dev hole`);
  const simulator = spawn(
    process.execPath,
    [knetctl, "simulator", "start", "--vhsms", "32", "--users", "alice"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    const alive = (await printed(simulator)).vhsms.map(
      ({ endpoints: { https } }) => `${https.ip}:${https.port}`,
    );
    const dead = alive.map((_, index) => `10.99.0.${index + 2}:60161`);
    const ms = await medians({ probe: () => probe(alive, dead) }, { rounds: 3, warmUp: 1 });
    process.stdout.write(JSON.stringify({ probe: ms.probe, timeout: timeoutMs }));
  } finally {
    if (simulator.exitCode === null && simulator.kill("SIGTERM")) await once(simulator, "exit");
  }
}

/** The wall time of one probe, which counts only if it reports each endpoint, alive or dead, as it is. */
function probe(alive, dead) {
  const start = performance.now();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [knetctl, "ha", "probe", ...alive, ...dead, "--json", "--timeout", String(timeoutMs / 1000)],
    { encoding: "utf8" },
  );
  const ms = performance.now() - start;
  const found = JSON.parse(stdout).endpoints.map(({ ok }) => ok);
  const wrong = found.findIndex((ok, index) => ok !== index < alive.length);
  if (wrong !== -1 || found.length !== alive.length + dead.length)
    throw new Error(`endpoint ${wrong + 1} was reported wrongly:\n${stdout}${stderr}`);
  return ms;
}

function ip(command) {
  execFileSync("ip", command.split(" "));
}

async function printed(child) {
  let text = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += chunk;
    try {
      return JSON.parse(text);
    } catch {
      // not complete yet
    }
  }
  throw new Error(`the simulator ended: ${text}`);
}
