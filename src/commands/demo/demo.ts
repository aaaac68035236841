import { mkdir, readFile, writeFile } from "node:fs/promises";
import { renderTemplate } from "../../formats/template.js";
import { type AbsolutePath, joined, path } from "../../host/path.js";
import { enterSandbox } from "../../host/sandbox/sandbox.js";
import { privateModes } from "../../host/rights.js";
import { verbatim } from "../../language/spoken.js";
import { type ExitCode, exitCodes } from "../../problem/exit-codes.js";
import { Problem } from "../../problem/problem.js";
import { buildArchive } from "../../simulator/build-archive.js";
import { type Cluster, startCluster } from "../../simulator/cluster.js";
import { requireSimulatorLibraries } from "../../simulator/needed-libraries.js";
import type { Style } from "../../ui/terminal/output.js";
import { durationText } from "../../ui/terminal/progress-lines.js";
import { clientConfigFolders, clientConfigName, clientArchive } from "../../vendor/client.js";
import { type CommandContext, simulatorSources } from "../command.js";

/**
 * Runs this program again in a throw-away copy of this machine, and passes on output, signals and exit code.
 * Throws a Problem if the machine lacks what the simulator uses.
 */
export async function demoInSandbox({ self, environment, signal }: CommandContext): Promise<ExitCode> {
  requireSimulatorLibraries();
  const shown = ["TERM", "NO_COLOR", "LANG"].flatMap((name) =>
    environment[name] === undefined ? [] : [[name, environment[name]] as const],
  );
  const sandboxed = await enterSandbox({
    program: self.node,
    args: [self.script, "demo", "--inside-sandbox"],
    cwd: path("/"),
    env: Object.fromEntries(shown),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const stop = (): void => {
    sandboxed.kill("SIGTERM");
  };
  signal.addEventListener("abort", stop);
  const exitCode = await sandboxed.exitCode;
  signal.removeEventListener("abort", stop);
  return signal.aborted ? exitCodes.interrupted : exitCode === 0 ? exitCodes.done : exitCodes.failed;
}

const folder = path("/root/knet-demo");
const configFile = joined(path("/var/amplia"), ...clientConfigFolders, clientConfigName);

/** The acts of the demo, one after the other. This runs in the sandbox: what it writes disappears with it. */
export async function insideSandbox(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const heading = (text: string): void => {
    output.result(`\n${output.style.bold(`── ${text}`)}`);
  };
  await mkdir(folder, { recursive: true, mode: privateModes.folder });

  heading("two simulated VHSMs, one HA pair, two users");
  const cluster = await timed(context, "started", () =>
    startCluster({
      vhsms: 2,
      users: ["ca_signer", "tsa_signer"],
      stateFolder: joined(folder, "vhsms"),
      sources: simulatorSources(context),
    }),
  );
  try {
    for (const { https } of cluster.endpoints) output.result(`  https://${https.ip}:${https.port}/kmip`);

    heading("a vendor archive around the simulated module");
    const archive = await timed(context, "built", () =>
      buildArchive({
        out: folder,
        version: "1.7.0",
        sources: simulatorSources(context),
        registerLoader: false,
      }),
    );
    output.result(`  ${archive.path}\n  sha256 ${archive.sha256}`);

    heading("the profile");
    const profile = await writeDemoProfile(folder, cluster, archive, true);
    output.result(verbatim(await readFile(profile, "utf8")));

    heading("is it right?");
    await knetctl(context, ["validate", profile]);
    heading("change the host, then prove it");
    await knetctl(context, ["apply", profile]);
    heading("what the client reads");
    output.result(verbatim(await readFile(configFile, "utf8")));
    heading("what Amplia is told, PINs left out");
    await knetctl(context, ["render", "--target", "ini", profile]);
    heading("a second run changes nothing");
    await knetctl(context, ["apply", "--no-smoke-test", profile]);
    heading("still as wanted?");
    await knetctl(context, ["verify", "--no-smoke-test", profile]);
  } finally {
    await cluster.stop();
  }
  output.result(`\n${nextSteps(output.style)}`);
  return exitCodes.done;
}

async function timed<T>({ output }: CommandContext, what: string, run: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await run();
  output.result(`  ${what}  ${durationText(performance.now() - start)}`);
  return result;
}

async function knetctl(context: CommandContext, args: readonly string[]): Promise<void> {
  const exitCode = await runShown(context, args);
  if (exitCode !== 0)
    throw new Problem("demo-failed", `knetctl ${args[0] ?? ""} ended with exit code ${exitCode}`, {
      hint: "see its output above",
    });
}

/** What to do for a real HSM, after the demo. */
export function nextSteps(style: Style): string {
  return `${style.bold("── done. Everything above happened in a sandbox; this machine is as it was.")}

With a real Kryptus VHSM:
  1. have the archive ${clientArchive} from Kryptus or Lacuna, and for the VHSM: addresses, the
     HTTPS port (not the TTLV port), and a regular user (not a VCO user) with its password
  2. write a profile like the one above: your endpoints, your users, your service account, your key stores
  3. put each password into a file that only root can read, and name it as the user's pin
  4. knetctl validate profile.yaml     checks it, touching nothing
     knetctl plan profile.yaml         shows what would change
     sudo knetctl apply profile.yaml   changes the host and proves it
The VHSMs and the module above were simulated: a pass there says nothing about your HSM. apply proves
that one.`;
}

/** Shows a command line of this program, runs it as its own process, and returns its exit code. */
export async function runShown(
  { output, self, environment, signal }: CommandContext,
  args: readonly string[],
): Promise<number> {
  const { execa } = await import("execa");
  output.result(output.style.dim(`$ knetctl ${args.join(" ")}`));
  const { exitCode = 1 } = await execa(self.node, [self.script, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...environment },
    extendEnv: false,
    cancelSignal: signal,
    reject: false,
  });
  return exitCode;
}

/**
 * Writes the users' PINs, each into a separate file, and the profile that names them, with a key store for
 * each or none; returns the profile's path.
 */
export async function writeDemoProfile(
  folder: AbsolutePath,
  cluster: Pick<Cluster, "endpoints" | "users">,
  archive: { path: string; sha256: string },
  keyStores: boolean,
): Promise<AbsolutePath> {
  const users = cluster.users.map(({ name, pin }) => ({ name, pin, pinFile: joined(folder, `${name}.pin`) }));
  for (const { pin, pinFile } of users) await writeFile(pinFile, pin.reveal(), { mode: privateModes.file });
  const profile = joined(folder, "profile.yaml");
  const endpoints = cluster.endpoints.map(({ https }) => https);
  await writeFile(
    profile,
    await renderTemplate("demo-profile.yaml", {
      endpoints,
      users,
      archive: archive.path,
      sha256: archive.sha256,
      keyStores,
    }),
  );
  return profile;
}
