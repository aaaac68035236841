import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import type { Cluster } from "../../src/simulator/cluster.js";
import { knetctl } from "../support/knetctl.js";
import type { Provisioning } from "../support/provisioning.js";
import { page, snippetsOf } from "./pages.js";
import { knetctlCalls } from "./shell.js";

/** How one call of knetctl in the page ended. */
export interface Followed {
  /** Its verb: "apply", "ha". */
  readonly call: string;
  readonly exitCode: number;
  readonly said: string;
}

const folder = "/root/first-host";
const pinFile = "/etc/knetctl/ca_signer.pin";

/**
 * Does what docs/first-host.md says, in its order, with these VHSMs and this archive: puts the PIN into its
 * file, saves the profile, and calls knetctl. Runs in a sandbox.
 */
export async function pagesFirstHost({
  cluster,
  archive,
}: Pick<Provisioning, "cluster" | "archive">): Promise<readonly Followed[]> {
  const followed: Followed[] = [];
  mkdirSync(folder, { mode: 0o700 });
  for (const { info, text } of snippetsOf(page("docs/first-host.md"))) {
    if (info === "yaml") saveProfile(text, cluster, archive.path);
    if (info !== "sh") continue;
    for (const line of text.split("\n").filter((one) => one.startsWith("install ")))
      execFileSync("sh", ["-ec", line]);
    if (text.includes(`editor ${pinFile}`)) writeFileSync(pinFile, pinOf(cluster), { flag: "r+" });
    for (const words of knetctlCalls(text)) {
      const { exitCode, stdout, stderr } = await knetctl(words, { cwd: folder });
      followed.push({ call: words[0] ?? "", exitCode, said: stdout + stderr });
    }
  }
  return followed;
}

function pinOf({ users }: Cluster): string {
  const user = users.find(({ name }) => name === "ca_signer");
  if (user === undefined) throw new Error("the page's user is not one of the cluster's");
  return user.pin.reveal();
}

/** The page's profile with this cluster's endpoints; the archive has the page's name. */
function saveProfile(text: string, { endpoints }: Cluster, archive: string): void {
  const items = endpoints.map(({ https: { ip, port } }) => `      - { ip: ${ip}, port: ${port} }`);
  const profile = text.replace(/(endpoints:[^\n]*\n)(?: +- .*\n)+/, `$1${items.join("\n")}\n`);
  writeFileSync(`${folder}/profile.yaml`, profile, { mode: 0o600 });
  const [, name = ""] = /archive: (\S+)/.exec(text) ?? [];
  copyFileSync(archive, `${folder}/${name}`);
}
