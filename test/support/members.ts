import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { writeDemoProfile } from "../../src/commands/demo/demo.js";
import { path } from "../../src/host/path.js";
import { startCluster, type Cluster } from "../../src/simulator/cluster.js";
import {
  cache,
  Client,
  compiledClient,
  configFor,
  homeWith,
  pinOf,
  shortRsaBits,
  sources,
} from "../simulator/rig.js";
import { knetctl } from "./knetctl.js";
import { archiveOf } from "./provisioning.js";

export interface Members {
  readonly folder: string;
  readonly cluster: Cluster;
  /** All three members, ca_signer and tsa_signer. */
  readonly profile: string;
  /** The same with members of these numbers alone, counted from 0. */
  profileOf(...members: readonly number[]): string;
  /** Makes a key pair of ca_signer's on a member. */
  makeKey(t: Test, member: number, label: string): Promise<void>;
}

const module = "/usr/local/lib/kryptus/libknetpkcs11_64/libkNETPKCS11.so";

/**
 * A provisioned host with three members, the third of which has keys of its own; for test files that run in a
 * sandbox.
 */
export async function threeMembers(folder: string): Promise<Members> {
  const cluster = await startCluster({
    vhsms: 3,
    users: ["ca_signer", "tsa_signer"],
    apart: [2],
    attempts: 3,
    stateFolder: join(folder, "vhsms"),
    mostRsaBits: shortRsaBits,
    sources,
    cache,
  });
  const profile = await writeDemoProfile(path(folder), cluster, await archiveOf(path(folder)), false);
  const applied = await knetctl(["apply", "--no-smoke-test", profile]);
  if (applied.exitCode !== 0) throw new Error(applied.stderr);
  const client = compiledClient(folder);
  return {
    folder,
    cluster,
    profile,
    profileOf: (...members) => {
      const file = join(folder, `members-${members.join("-")}.yaml`);
      const kept = (line: string): boolean =>
        !line.includes("{ ip:") ||
        members.some((member) => line.includes(`port: ${cluster.endpoints[member]!.https.port} `));
      writeFileSync(file, readFileSync(profile, "utf8").split("\n").filter(kept).join("\n"));
      return file;
    },
    makeKey: async (t, member, label) => {
      const home = homeWith(
        folder,
        `home-of-${label}-${member}`,
        configFor([cluster.endpoints[member]!.https], ["ca_signer"]),
      );
      const running = new Client(t, client, module, home);
      const answers = [
        await running.start(1000, pinOf(cluster, "ca_signer")),
        await running.ask(`generate ${label}`),
      ];
      t.strictSame(answers, ["0", "0"], `a key ${label} on member ${member}`);
    },
  };
}

/** Private homes that are there now. */
export function privateHomes(): readonly string[] {
  return readdirSync("/run").filter((name) => name.startsWith("knetctl-home-"));
}
