import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { promisify } from "node:util";
import type { Test } from "tap";
import { systemPath } from "../../src/host/sandbox/sandbox-script.js";
import { startCluster, type Cluster } from "../../src/simulator/cluster.js";
import { cache, pinOf, sources } from "../simulator/rig.js";
import { memberAddress } from "../support/ensure-hosts.js";
import { startHosts, type RunningHost } from "../support/hosts.js";
import { configFile } from "../support/provisioning.js";
import { treeOf, type Tree } from "../support/tree.js";
import { prepareController, writeGroupVariables } from "./controller.js";
import { groupVariables } from "./page.js";

export interface Fleet {
  /** Three, or as many as were asked for. */
  readonly hosts: readonly [RunningHost, RunningHost, ...RunningHost[]];
  readonly cluster: Cluster;
  /** Of members, counted from 1, as playbooks take them: IP:PORT. */
  readonly endpoints: (...members: readonly number[]) => readonly string[];
}

/** A number of a member that is not there. */
export const deadMember = 9;

/**
 * Hosts on which there is nothing but the program, and five members, the fourth of which holds other
 * keys than the rest; for test files that began with `ensureHosts`.
 */
export async function startFleet(t: Pick<Test, "teardown">, count = 3): Promise<Fleet> {
  const [[first, second, ...rest], cluster] = await Promise.all([startHosts(count), startMembers()]);
  if (first === undefined || second === undefined) throw new Error("too few hosts");
  const hosts = [first, second, ...rest] as const;
  t.teardown(() => Promise.all([cluster.stop(), ...hosts.map((host) => host.stop())]));
  prepareController(hosts);
  return {
    hosts,
    cluster,
    endpoints: (...members) =>
      members.map((one) => `${memberAddress(one)}:${cluster.endpoints[one - 1]?.https.port ?? 60161}`),
  };
}

function startMembers(): Promise<Cluster> {
  return startCluster({
    vhsms: 5,
    users: ["ca_signer"],
    addresses: [1, 2, 3, 4, 5].map(memberAddress),
    apart: [3],
    stateFolder: "/srv/vhsms",
    sources,
    cache,
  });
}

/**
 * What the inventory says of the group: what the page shows, with this vector and this archive, and more of
 * its service.
 */
export function describeGroup(
  { cluster }: Fleet,
  endpoints: readonly string[],
  archive: { readonly path: string; readonly sha256: string },
  service: object = {},
): void {
  const { knetctl_profile: profile, ...others } = groupVariables();
  writeGroupVariables({
    ...others,
    knetctl_pins: { ca_signer: pinOf(cluster, "ca_signer") },
    knetctl_archive: archive.path,
    // there is no systemd
    knetctl_verify_timer: false,
    knetctl_profile: {
      ...profile,
      connections: { hsm_1: { endpoints: endpoints.map(endpointOf) } },
      module: { archive: basename(archive.path), sha256: archive.sha256 },
      service: { ...profile.service, create: true, ...service },
    },
  });
}

function endpointOf(text: string): object {
  const [ip, port] = text.split(":");
  return { ip, port: Number(port) };
}

/** What plays may change on a host, but for knetctl's records. */
export function stateOf({ root }: RunningHost): Tree {
  return treeOf(root, ["/etc", "/usr/local", "/var/amplia"]);
}

/** The client's vector on a host. */
export function vectorOf({ root }: RunningHost): readonly string[] {
  const { connections } = JSON.parse(readFileSync(root + configFile, "utf8")) as {
    connections: { hsm_1: { ip: readonly string[]; port: readonly string[] } };
  };
  const { ip, port } = connections.hsm_1;
  return ip.map((address, index) => `${address}:${port[index]}`);
}

/** How often its service was restarted since the last question. */
export function restartsOf({ root }: RunningHost): number {
  const file = `${root}/run/stand-in-systemctl/calls`;
  let calls = "";
  try {
    calls = readFileSync(file, "utf8");
  } catch {
    return 0;
  }
  writeFileSync(file, "");
  return calls.match(/^restart /gm)?.length ?? 0;
}

/**
 * Makes a key pair of ca_signer's on the members, with the client of a host that has been set up. The members
 * answer in this process, which must not wait meanwhile.
 */
export async function makeKey(
  { enter: [nsenter = "", ...inside] }: RunningHost,
  pin: string,
  label: string,
): Promise<void> {
  const tool = ["pkcs11-tool", "--module", "libkNETPKCS11.so", "--login", "--pin", "env:PIN"];
  const key = ["--keypairgen", "--key-type", "EC:prime256v1", "--usage-sign", "--label", label];
  const env = { PATH: systemPath, HOME: "/var/amplia", PIN: pin };
  await promisify(execFile)(nsenter, [...inside, ...tool, ...key], { env });
}
