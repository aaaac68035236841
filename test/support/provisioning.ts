import { mkdirSync } from "node:fs";
import { asAbsolutePath, type AbsolutePath } from "../../src/host/path.js";
import { writeDemoProfile } from "../../src/commands/demo/demo.js";
import { buildArchive } from "../../src/simulator/build-archive.js";
import { startCluster, type Cluster } from "../../src/simulator/cluster.js";
import { cache, shortRsaBits, sources } from "../simulator/rig.js";

export interface Provisioning {
  readonly folder: AbsolutePath;
  readonly cluster: Cluster;
  /** YAML: the endpoints, ca_signer and tsa_signer, the archive, user amplia to be created. */
  readonly profile: string;
  readonly archive: { path: string; sha256: string };
}

export const configFile = "/var/amplia/.config/kryptus/knet/pkcs11/config.json";
export const loaderEntry = "/etc/ld.so.conf.d/knet-pkcs11.conf";

/** Simulated VHSMs, an archive and a profile for them; for test files that run in a sandbox. */
export async function provisioning({
  vhsms = 2,
  ...options
}: {
  vhsms?: number;
  version?: string;
  registerLoader?: boolean;
} = {}): Promise<Provisioning> {
  const folder = asAbsolutePath("/root/knet-test")!;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const cluster = await startCluster({
    vhsms,
    users: ["ca_signer", "tsa_signer"],
    stateFolder: asAbsolutePath(`${folder}/vhsms`)!,
    mostRsaBits: shortRsaBits,
    sources,
    cache,
  });
  const archive = await archiveOf(folder, options);
  return { folder, cluster, archive, profile: await writeDemoProfile(folder, cluster, archive, false) };
}

export function archiveOf(
  folder: AbsolutePath,
  { version = "1.7.0", registerLoader = false }: { version?: string; registerLoader?: boolean } = {},
) {
  return buildArchive({ out: folder, version, sources, cache, registerLoader });
}
