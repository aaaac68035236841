import { mkdir, readFile } from "node:fs/promises";
import type { CommandContext } from "../commands/command.js";
import { joined, path } from "../host/path.js";
import { exitCodes, type ExitCode } from "../problem/exit-codes.js";
import { Problem } from "../problem/problem.js";
import { buildArchive } from "../simulator/archive.js";
import { startCluster } from "../simulator/cluster.js";
import { durationText } from "../ui/progress-lines.js";
import { nextSteps } from "./next-steps.js";
import { runShown } from "./run-shown.js";
import { writeDemoProfile } from "./write-profile.js";

const folder = path("/root/knet-demo");
const configFile = path("/var/amplia/.config/kryptus/knet/pkcs11/config.json");

/** The demo's acts, one after the other. This runs in the sandbox: what it writes is gone with it. */
export async function insideSandbox(context: CommandContext): Promise<ExitCode> {
  const { output } = context;
  const heading = (text: string): void => {
    output.result(`\n${output.style.bold(`── ${text}`)}`);
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });

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
    output.result(await readFile(profile, "utf8"));

    heading("is it right?");
    await knetctl(context, ["validate", profile]);
    heading("change the host, then prove it");
    await knetctl(context, ["apply", profile]);
    heading("what the client reads");
    output.result(await readFile(configFile, "utf8"));
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

function simulatorSources({ programFolder }: CommandContext) {
  return joined(path(programFolder.slice(0, programFolder.lastIndexOf("/"))), "installers", "simulator");
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
      hint: "what it printed above says why",
    });
}
