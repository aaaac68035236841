import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Host } from "../../../host/host.js";
import { Problem } from "../../../problem/problem.js";
import { isSystemError } from "../../../problem/thrown.js";
import { endpointText } from "../../../formats/text/endpoint-text.js";
import type { Endpoint } from "../../../profile/types.js";
import { usualServiceUser } from "../../../vendor/client.js";
import type { Probed } from "../../../vhsm/probe/probe-all.js";
import type { CommandContext } from "../../command.js";
import { foundOnHost } from "./found-on-host.js";
import type { Scene } from "./scene.js";

/** Looks at the host, and says how archives and addresses are looked at. */
export async function sceneOf(
  host: Host,
  { probe, user }: { readonly probe: boolean; readonly user?: string | undefined },
  context: CommandContext,
): Promise<Scene> {
  const { workingFolder, isRoot } = context;
  const hashes: Scene["hashes"] = new Map();
  const probed: Scene["probed"] = new Map();
  return {
    host,
    isRoot,
    workingFolder,
    found: await foundOnHost(host, workingFolder, user ?? usualServiceUser),
    probes: probe,
    hasCredentials: isRoot && host.commands.find("systemd-creds") !== undefined,
    hashes,
    probed,
    learnArchive: async (answer) => {
      const hash = await sha256OfFile(resolve(workingFolder, answer));
      hashes.set(answer, hash);
      context.output.note(`  SHA-256 ${hash}`);
    },
    learnEndpoint: async (answer, endpoint) => {
      probed.set(answer, await probedNow(endpoint, context));
    },
  };
}

async function probedNow(endpoint: Endpoint, { output, signal }: CommandContext): Promise<Probed> {
  const { isGood, probeAll, usualProbeMs } = await import("../../../vhsm/probe/probe-all.js");
  output.transient(`probing ${endpointText(endpoint)} …`);
  const [one] = await probeAll([{ connection: undefined, target: endpoint }], {
    timeoutMs: usualProbeMs,
    signal,
  });
  if (one === undefined) throw new Error("an endpoint was not probed");
  for (const problem of one.problems) output.problem(problem);
  if (isGood(one)) output.note(`  ${endpointText(endpoint)} answers as a VHSM does`);
  return one;
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest("hex");
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw new Problem("archive-unreadable", "the archive cannot be read", { where: { path }, cause });
  }
}
